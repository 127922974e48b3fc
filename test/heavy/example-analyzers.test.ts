/** The examples that run models of other libraries, with the packages that they name. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test, type TestContext } from 'node:test';

import { ROOT, runCli, startCli, temporaryFolder, type Finished } from '../support/cli.js';
import { npmPackages, pythonWith, type Installed } from '../support/installed-packages.js';
import { assertGone, childrenOf } from '../support/processes.js';
import { until } from '../support/wait.js';

const python = await pythonWith('scikit-learn==1.9.1', 'skl2onnx==1.20.0');
const onnxruntime = await npmPackages('onnxruntime-node@1.30.0');

interface Row {
  readonly minute: string;
  readonly target: string;
  readonly status: string;
  readonly score: number | null;
  readonly anomaly: boolean | null;
  readonly errno: string | null;
}

/** Trains a detector, and writes it, 200 minutes of 5 hosts, and the detector's decision for each row. */
const TRAIN = `
import json, joblib, numpy as np
from sklearn.ensemble import IsolationForest
from skl2onnx import to_onnx
rng = np.random.default_rng(7)
rows = rng.normal(size=(1000, 2)) * [3, 40] + [20, 500]
rows[::37] *= 3
rows = rows.astype(np.float32)
forest = IsolationForest(random_state=1, contamination=0.05).fit(rows)
joblib.dump(forest, "forest.joblib")
model = to_onnx(forest, rows[:1], target_opset={"": 15, "ai.onnx.ml": 3})
open("forest.onnx", "wb").write(model.SerializeToString())
json.dump(forest.decision_function(rows).tolist(), open("expected.json", "w"))
with open("data.csv", "w") as file:
    print("timestamp,target,cpu,mem", file=file)
    for i, (cpu, mem) in enumerate(rows.tolist()):
        print(1700000040 + i // 5 * 60, f"host-{i % 5}", cpu, mem, sep=",", file=file)
`;

const pathOf = (package_: Installed): string => ('path' in package_ ? package_.path : assert.fail());

let trainedIn: string | null = null;
after(() => trainedIn !== null && rmSync(trainedIn, { recursive: true }));

/** The folder of what `TRAIN` writes. */
function trained(): string {
  if (trainedIn !== null) return trainedIn;
  const cwd = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
  execFileSync(pathOf(python), ['-c', TRAIN], { cwd });
  return (trainedIn = cwd);
}

/** A folder with the examples, their models and a recording. */
function folderOf(t: TestContext): string {
  const cwd = temporaryFolder(t);
  for (const name of ['onnx.mjs', 'python.mjs', 'python.py'])
    copyFileSync(join(ROOT, 'examples', name), join(cwd, name));
  if (onnxruntime.skip === false) symlinkSync(pathOf(onnxruntime), join(cwd, 'node_modules'));
  for (const name of ['forest.joblib', 'forest.onnx', 'expected.json', 'data.csv'])
    copyFileSync(join(trained(), name), join(cwd, name));
  return cwd;
}

const flagsOf = (name: string, out: string, ...more: readonly string[]): string[] => [
  ...['replay', 'data.csv', '--analyzer', name, '--param', 'columns=cpu,mem', '--out', out],
  ...['--compare-time', '300ms', ...more],
];

const ONNX = ['--param', 'model=forest.onnx'];
const pythonFlags = (script = 'python.py'): string[] => [
  ...['--param', 'model=forest.joblib', '--param', `python=${pathOf(python)}`, '--param', `script=${script}`],
];

const textOf = (cwd: string, out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');

const rowsOf = (cwd: string, out: string): Row[] =>
  textOf(cwd, out)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** Scores are the decisions, negated, and verdicts their signs. */
function assertScores(cwd: string, out: string, tolerance: number): void {
  const decisions = JSON.parse(readFileSync(join(cwd, 'expected.json'), 'utf8')) as number[];
  const rows = rowsOf(cwd, out);
  assert.equal(rows.length, decisions.length);
  for (const [i, { score, anomaly }] of rows.entries()) {
    const decision = decisions[i] ?? NaN;
    assert.ok(Math.abs((score ?? NaN) + decision) <= tolerance, `row ${i}: ${score} for ${decision}`);
    assert.equal(anomaly, decision < 0, `row ${i}`);
  }
  const flagged = rows.filter(({ anomaly }) => anomaly).length;
  assert.ok(flagged > 20 && flagged < 100, `${flagged} anomalies`);
}

function assertDone({ status, stderr }: Finished): void {
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /gave different answers/);
}

suite('onnx.mjs', { skip: python.skip === false ? onnxruntime.skip : python.skip }, () => {
  test('gives the scores of scikit-learn, the same bytes for any number of actors; a replaced model is refused', async (t) => {
    const cwd = folderOf(t);
    for (const actors of ['1', '3'])
      assertDone(await runCli(flagsOf('onnx.mjs', actors, ...ONNX, '--actors', actors), { cwd }));
    assertScores(cwd, '1', 1e-6);
    assert.equal(textOf(cwd, '3'), textOf(cwd, '1'));
    execFileSync(pathOf(python), ['-c', TRAIN.replace('contamination=0.05', 'contamination=0.1')], { cwd });
    const replaced = await runCli(flagsOf('onnx.mjs', '1', ...ONNX, '--actors', '1'), { cwd });
    assert.equal(replaced.status, 78, replaced.stderr);
    assert.match(replaced.stderr, /file forest\.onnx was [0-9a-f]{12}, now/);
  });
});

/** `python.py` with another `scores`, that first writes its pid to `pids`. */
function withScores(cwd: string, body: string): string {
  const text = readFileSync(join(cwd, 'python.py'), 'utf8');
  const changed = text
    .replace(/ {4}return -detector\.decision_function.*/, body)
    .replace('import joblib\n', 'import joblib\nprint(os.getpid(), file=open("pids", "a"))\n');
  assert.notEqual(changed, text);
  writeFileSync(join(cwd, 'changed.py'), changed);
  return 'changed.py';
}

const pidsOf = (cwd: string): number[] =>
  existsSync(join(cwd, 'pids'))
    ? readFileSync(join(cwd, 'pids'), 'utf8').trim().split('\n').filter(Boolean).map(Number)
    : [];

suite('python.mjs', { skip: python.skip }, () => {
  test('gives the scores of scikit-learn, the same bytes for any number of actors', async (t) => {
    const cwd = folderOf(t);
    for (const actors of ['1', '2'])
      assertDone(await runCli(flagsOf('python.mjs', actors, ...pythonFlags(), '--actors', actors), { cwd }));
    assertScores(cwd, '1', 1e-7);
    assert.equal(textOf(cwd, '2'), textOf(cwd, '1'));
  });

  test('a process that crashes is started again, and only the item that crashes it is an error row', async (t) => {
    const cwd = folderOf(t);
    const crash = `    print("printed by a library")
    if (windows == 1234).any():
        os.kill(os.getpid(), signal.SIGSEGV)
    return -detector.decision_function(windows)`;
    const script = withScores(cwd, crash);
    const lines = readFileSync(join(cwd, 'data.csv'), 'utf8').split('\n');
    lines[503] = (lines[503] ?? '').replace(/[^,]+$/, '1234');
    writeFileSync(join(cwd, 'data.csv'), lines.join('\n'));
    const flags = [...pythonFlags(script), '--actors', '1', '--compare', 'none'];
    const { status, stderr } = await runCli(flagsOf('python.mjs', 'out', ...flags), { cwd });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /printed by a library/);
    const errors = rowsOf(cwd, 'out').flatMap((row, i) => (row.status === 'ok' ? [] : [[i, row.errno]]));
    assert.deepEqual(errors, [[502, 'analyzer_failed']]);
    assert.ok(pidsOf(cwd).length > 1);
    await assertGone(pidsOf(cwd));
  });

  test('what keeps Python from starting is reported', async (t) => {
    const cwd = folderOf(t);
    const broken = withScores(cwd, '    import nowhere');
    writeFileSync(join(cwd, broken), 'import nowhere\n');
    const { status, stderr } = await runCli(flagsOf('python.mjs', 'out', ...pythonFlags(broken)), { cwd });
    assert.equal(status, 78, stderr);
    assert.match(stderr, /No module named 'nowhere'/);
    assert.match(stderr, /ended with status 1/);
    const flags = [...ONNX, '--param', 'python=no-such-python'];
    const none = await runCli(flagsOf('python.mjs', 'out', ...flags), { cwd });
    assert.equal(none.status, 78, none.stderr);
    assert.match(none.stderr, /no-such-python ENOENT/);
  });

  for (const [victim, what, body] of [
    ['the actors', 'in Python', '    while True: pass'],
    ['the program', 'asleep', '    import time; time.sleep(600)'],
    // Backtracks for hours without letting another thread run.
    ['the program', 'in native code', '    import re; re.match("(a+)+b", "a" * 64)'],
  ] as const) {
    test(`two seconds after SIGKILL of ${victim} no process that hangs ${what} runs`, async (t) => {
      const cwd = folderOf(t);
      const flags = [...pythonFlags(withScores(cwd, body)), '--actors', '2', '--compare', 'none'];
      const program = startCli(flagsOf('python.mjs', 'out', ...flags), { cwd });
      t.after(() => program.kill('SIGKILL'));
      const closed = once(program, 'exit');
      await until('two processes', () => pidsOf(cwd).length >= 2);
      const actors = childrenOf(program.pid);
      await until('the journal', () => existsSync(join(cwd, 'out/journal.jsonl')));
      const pids = pidsOf(cwd);
      if (victim === 'the program') program.kill('SIGKILL');
      else for (const pid of actors) process.kill(pid, 'SIGKILL');
      await assertGone(pids, 2000);
      program.kill('SIGKILL');
      await closed;
      await assertGone([...actors, ...pidsOf(cwd)], 2000);
    });
  }
});
