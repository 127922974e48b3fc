/**
 * What starting the program takes, in wall and processor time of whole processes: `--version`, `--help`, a command's
 * help and `status` against `node -e 0`, and a replay of a minute that has windows against a bare script that loads
 * TensorFlow.js and predicts once; and the processor time of each actor until it is ready. Each round runs the reference and every program in turn; ratios are paired by
 * round. Needs a build (npm run build), bash, whose `time` it reads, and a machine with nothing else to do.
 *
 *   node scripts/bench-start.mjs [--rounds 25] [--node PATH] [--program NAME=PATH ...]
 *
 * Without --program it measures this one; with several, for instance an earlier checkout's bin/aiops-serve.js, all.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { medianEstimate } from '#build/core/statistics.js';

import { inTemporaryFolder } from './shared/run-script.mjs';
import { estimateText } from './shared/samples.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '25' },
    node: { type: 'string', default: process.execPath },
    program: { type: 'string', multiple: true, default: [`this=${join(ROOT, 'bin/aiops-serve.js')}`] },
  },
});
const programs = values.program.map((text) => {
  const [, name, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (path === undefined) throw new Error(`--program ${text}: expected NAME=PATH`);
  return { name, path };
});

const BARE_NODE = ['-e', '0'];
const BARE_PREDICTION = [
  join(ROOT, 'scripts/bench-start/bare-prediction.mjs'),
  join(ROOT, 'fixtures/bundles/builtin'),
];

const READY_ACTORS = join(ROOT, 'scripts/bench-start/ready-actors.mjs');

/** `args` may depend on the program: a run's status is asked of the version that made it. */
const CASES = [
  { name: '--version', reference: BARE_NODE, args: () => ['--version'] },
  { name: '--help', reference: BARE_NODE, args: () => ['--help'] },
  { name: 'replay --help', reference: BARE_NODE, args: () => ['replay', '--help'] },
  { name: 'status', reference: BARE_NODE, args: (program) => ['status', program] },
  {
    name: 'first prediction',
    reference: BARE_PREDICTION,
    args: () => ['replay', 'hour.csv', '--out', '-', '--compare', 'none', '--actors', '2', '--quiet'],
    roundShare: 0.4,
  },
];

let folder = '';
await inTemporaryFolder((path) => {
  folder = path;
  main();
});

function main() {
  writeFileSync(join(folder, 'hour.csv'), firstHour());
  for (const { name, path } of programs) {
    run([path, 'replay', 'hour.csv', '--out', name, '--compare', 'none', '--quiet']);
  }
  console.log(`Node ${run(['-p', 'process.version']).output.trim()}, ${values.rounds} rounds`);
  console.log('median, and ratio to the reference with its 95 % interval\n');
  for (const each of CASES) measure(each);
  if (process.platform === 'linux') for (const backend of ['wasm', 'node']) measureActors(backend);
}

/** Of two actors: the first one checks the model for both. */
function measureActors(backend) {
  const times = programs.map(() => []);
  for (let round = 0; round < values.rounds; round++) {
    for (const [i, { path }] of programs.entries()) {
      const { output } = run([READY_ACTORS, dirname(dirname(path)), backend, '2']);
      times[i].push(JSON.parse(output));
    }
  }
  for (const actor of [0, 1]) {
    for (const [i, { name }] of programs.entries()) {
      const own = times[i].map((actors) => actors[actor]);
      const more = medianEstimate(own.map((ms, round) => ms - times.at(-1)[round][actor]));
      const paired =
        i === programs.length - 1
          ? ''
          : `, ${estimateText(more, (ms) => ms.toFixed(0))} ms more than ${programs.at(-1).name}`;
      console.log(
        `${`actor ${actor + 1} on ${backend}`.padEnd(18)}${name.padEnd(12)}CPU ${medianEstimate(own).value.toFixed(0)} ms${paired}`,
      );
    }
  }
}

function measure({ name, reference, args, roundShare = 1 }) {
  const commands = [
    { name: 'reference', args: reference },
    ...programs.map(({ name: program, path }) => ({ name: program, args: [path, ...args(program)] })),
  ];
  const times = commands.map(() => []);
  for (const command of commands) run(command.args); // warms the disk cache
  for (let round = 0; round < Math.ceil(values.rounds * roundShare); round++) {
    for (const [i, command] of commands.entries()) times[i].push(run(command.args));
  }
  for (const [i, command] of commands.entries()) {
    const figures = ['wallMs', 'cpuMs'].map((kind) => {
      const own = times[i].map((time) => time[kind]);
      const ratio = medianEstimate(own.map((ms, round) => ms / times[0][round][kind]));
      const paired = i === 0 ? '' : ` = ${estimateText(ratio, (value) => value.toFixed(2))} ×`;
      return `${kind === 'wallMs' ? 'wall' : 'CPU'} ${medianEstimate(own).value.toFixed(0)} ms${paired}`.padEnd(
        36,
      );
    });
    console.log(`${name.padEnd(18)}${command.name.padEnd(12)}${figures.join('').trimEnd()}`);
  }
}

/** Runs node with arguments to its end; a replay's actors count into its processor time. */
function run(args) {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" 2>&3; } 3>/dev/null';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', values.node, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with status ${status}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, output: stdout };
}

/** The part of a real recording that has the first window of 60 minutes, and two more. */
function firstHour() {
  const [header, ...rows] = readFileSync(join(ROOT, 'fixtures/recordings/real-day.csv'), 'utf8').split('\n');
  return [header, ...rows.filter((row) => row < '2018-04-30T01:02')].join('\n');
}
