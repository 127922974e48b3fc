/**
 * `npm test`: builds, runs every static check, then the tests. All checks run even if one fails; the exit status is 1 if
 * any failed.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const AT_ONCE = 2;

const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH };

const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const build = { name: 'build', script: 'build' };
const typesOfTests = { name: 'types of tests', script: 'build:tests' };

// Lint reads the declarations in dist/, so all of these need a build; slow ones first.
const checks = [
  typesOfTests,
  { name: 'lint', script: 'lint' },
  { name: 'examples', script: 'check:examples' },
  { name: 'format', script: 'check:format' },
  { name: 'import rules', script: 'check:imports' },
  { name: 'unused code', script: 'check:unused' },
  // Without packing, which would rebuild while the other checks run; test/package packs.
  { name: 'package', script: 'check:package' },
];

const failed = new Set();

await check(build);
await inParallel(checks, AT_ONCE, check);
if (failed.has(build) || failed.has(typesOfTests)) {
  console.log('      tests           skipped: they do not compile');
} else {
  console.log('      tests');
  if ((await run('node scripts/run-tests.mjs', 'inherit')).status !== 0) failed.add({ name: 'tests' });
}
if (failed.size > 0) {
  console.error(`failed: ${[...failed].map((step) => step.name).join(', ')}`);
  process.exitCode = 1;
}

/** Runs a step and prints its line, with its output if it failed. */
async function check(step) {
  const startedAt = performance.now();
  const { status, output } = await run(scripts[step.script], 'pipe');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok   ' : 'FAIL '} ${step.name.padEnd(15)} ${seconds.padStart(5)} s`);
  if (status === 0) return;
  failed.add(step);
  console.log(`\n$ ${scripts[step.script]}\n${output}`);
}

async function inParallel(items, atOnce, work) {
  const waiting = [...items];
  const workers = Array.from({ length: atOnce }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  });
  await Promise.all(workers);
}

function run(command, stdio) {
  const [file, ...args] = command.split(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', stdio, stdio] });
    const output = [];
    child.stdout?.on('data', (bytes) => output.push(bytes));
    child.stderr?.on('data', (bytes) => output.push(bytes));
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, output: Buffer.concat(output).toString() }));
  });
}
