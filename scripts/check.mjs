/**
 * `npm test`: builds, and runs every static check and the tests. All of them run even if one fails; the exit status is 1
 * if any failed.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH };

const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const build = { name: 'build', script: 'build' };
const typesOfTests = { name: 'types of tests', script: 'build:tests' };
const format = { name: 'format', script: 'check:format' };

// They read what the build makes, and nothing writes it while they run.
const onceBuilt = [
  { name: 'import rules', script: 'check:imports' },
  { name: 'unused code', script: 'check:unused' },
  { name: 'examples', script: 'check:examples' },
  // Without packing, which would rebuild; test/package packs.
  { name: 'package', script: 'check:package' },
];
const lint = { name: 'lint', script: 'lint' }; // as long as all others together

const failed = new Set();

// The compiler has one thread, which leaves the second processor to the other checks.
await Promise.all([
  report(format),
  report(build).then(() => Promise.all([report(typesOfTests), reportAll(onceBuilt)])),
]);
const compiles = !failed.has(build) && !failed.has(typesOfTests);
console.log(`      tests           ${compiles ? '' : 'skipped: they do not compile'}`.trimEnd());
// In the time that tests leave: many of those wait for processes.
const [linted] = await Promise.all([
  check(lint, constants.priority.PRIORITY_BELOW_NORMAL),
  compiles && runTests(),
]);
print(linted); // not before, or it would be lost in the output of the tests
if (failed.size > 0) {
  console.error(`failed: ${[...failed].map((step) => step.name).join(', ')}`);
  process.exitCode = 1;
}

async function report(step) {
  print(await check(step));
}

async function runTests() {
  const { status } = await run('node scripts/run-tests.mjs', { stdio: 'inherit' });
  if (status !== 0) failed.add({ name: 'tests' });
}

async function reportAll(steps) {
  for (const step of steps) await report(step);
}

async function check(step, priority) {
  const startedAt = performance.now();
  const { status, output } = await run(scripts[step.script], { stdio: 'pipe', priority });
  if (status !== 0) failed.add(step);
  return { step, output, seconds: (performance.now() - startedAt) / 1000 };
}

/** A line, with the output of a step that failed. */
function print({ step, output, seconds }) {
  const isOk = !failed.has(step);
  console.log(`${isOk ? 'ok   ' : 'FAIL '} ${step.name.padEnd(15)} ${seconds.toFixed(1).padStart(5)} s`);
  if (!isOk) console.log(`\n$ ${scripts[step.script]}\n${output}`);
}

function run(command, { stdio, priority }) {
  const [file, ...args] = command.split(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', stdio, stdio] });
    if (priority !== undefined && child.pid !== undefined) setPriority(child.pid, priority);
    const output = [];
    child.stdout?.on('data', (bytes) => output.push(bytes));
    child.stderr?.on('data', (bytes) => output.push(bytes));
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, output: Buffer.concat(output).toString() }));
  });
}
