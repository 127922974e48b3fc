import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';

import { finished, LIGHT, ROOT, temporaryFolder } from '../support/cli.js';
import { assertGone } from '../support/processes.js';
import { Screen } from '../support/screen.js';
import { said, until } from '../support/wait.js';

/** Only `script` of util-linux runs a command by these flags. */
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout);
const pseudoTerminal = { skip: hasScript ? false : 'no script of util-linux here to make a terminal' };

const COLUMNS = 80;
const BAR = /[\u2588\u2591]/;

interface OnTerminal {
  /** What keys send: `\u0003` is Ctrl-C. */
  readonly type: (keys: string) => void;
  /** Resolves once the terminal was sent a text that matches. */
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<{ status: number | null; screen: Screen; sent: string }>;
}

/** Starts the program on a terminal of its own. */
function onTerminal(t: TestContext, args: string, cwd: string): OnTerminal {
  const program = `stty cols ${COLUMNS} rows 24; exec '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' ${args}`;
  const child = spawn('script', ['-qec', program, '/dev/null'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let sent = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (sent += text));
  const ended = finished(child).then(({ status }) => {
    const screen = new Screen(COLUMNS);
    screen.write(sent);
    return { status, screen, sent };
  });
  return {
    type: (keys) => child.stdin.write(keys),
    until: (pattern) => until(`${pattern} on the terminal`, () => pattern.test(sent)),
    ended,
  };
}

/** The lines that were sent, whole: without bars and what steers the terminal. */
function printed(sent: string): string {
  return sent
    .split('\n')
    .map((line) =>
      line
        .split('\r')
        .filter((part) => !BAR.test(part))
        .join(''),
    )
    .map((line) => stripVTControlCharacters(line).trimEnd())
    .join('\n')
    .trimEnd();
}

const LONG = 'bench --items 20 --rounds 1000 --time 60s --actors 1 --out out';
const env = { ...process.env, AIOPS_SERVE_ANALYZER: LIGHT[1] };

test(
  'lines printed above a progress bar stay whole, even wide ones, and the report follows them',
  pseudoTerminal,
  async (t) => {
    const cwd = temporaryFolder(t);
    const { ended } = onTerminal(
      t,
      'bench --items 50,100 --rounds 10 --time 200ms --actors 1 --out out',
      cwd,
    );
    const { status, screen, sent } = await ended;
    assert.equal(status, 0, sent);
    assert.match(sent, BAR, 'there was a bar');
    const text = screen.text();
    assert.doesNotMatch(text, BAR);
    assert.ok(screen.cursorShown);
    assert.equal(screen.column, 0);
    assert.match(text, /^started on js in .*: actor-1 \d+$/m);
    assert.match(text, /^written to out$/m);
    assert.equal(text, printed(sent));
  },
);

test('Ctrl-C keeps the messages, removes the bar and restores the cursor', pseudoTerminal, async (t) => {
  const cwd = temporaryFolder(t);
  const { type, until, ended } = onTerminal(t, LONG, cwd);
  await until(BAR);
  type('\u0003');
  const { status, screen, sent } = await ended;
  assert.equal(status, 130, sent);
  const text = screen.text();
  assert.match(text, /^SIGINT: finishing /m);
  assert.match(text, /^warning: interrupted before the first case/m);
  assert.doesNotMatch(text, BAR);
  assert.doesNotMatch(text, /\^C/);
  assert.ok(screen.cursorShown);
  assert.equal(screen.column, 0);
});

test('Ctrl-C twice does the same at once', pseudoTerminal, async (t) => {
  const cwd = temporaryFolder(t);
  const { type, until, ended } = onTerminal(t, LONG, cwd);
  await until(BAR);
  type('\u0003');
  await until(/SIGINT/);
  type('\u0003');
  const { status, screen, sent } = await ended;
  assert.equal(status, 130, sent);
  const text = screen.text();
  assert.match(text, /^SIGINT: finishing /m);
  assert.doesNotMatch(text, BAR);
  assert.ok(screen.cursorShown);
  assert.equal(screen.column, 0);
  assert.ok(readdirSync(cwd).length <= 1);
});

/** What a shell does that runs the program on a terminal: pass on its hang-up, or keep it from the program. */
const SHELLS = {
  'that tells it so': (program: string) =>
    `${program} & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > status`,
  'that does not tell it': (program: string) => `trap '' HUP; ${program}; echo $? > status`,
};

for (const out of ['out', '-']) {
  for (const [shell, expected] of [
    ['that tells it so', 129],
    ['that does not tell it', 0],
  ] as const) {
    test(
      `--out ${out}: after its terminal closes under a shell ${shell}, it exits with ${expected} and leaves no actor`,
      pseudoTerminal,
      async (t) => {
        const cwd = temporaryFolder(t);
        const minutes = Array.from({ length: 60 }, (_, i) => `${new Date(i * 60_000).toISOString()},a,${i}`);
        writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${minutes.join('\n')}\n`);
        // Long enough to be ended in the middle, or short enough to write to what is closed.
        const pace = expected === 129 ? 'realtime' : '1200x';
        const run = `replay data.csv --pace ${pace} --actors 2 --out ${out}`;
        const program = `'${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' ${run}`;
        const command = ['-qec', SHELLS[shell](program), '/dev/null'];
        const terminal = spawn('script', command, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
        t.after(() => terminal.kill('SIGKILL'));
        const sent = await said(terminal.stdout.setEncoding('utf8'), /started on .*actor-2 \d+/);
        const actors = [...sent.matchAll(/actor-\d (\d+)/g)].map(([, pid]) => Number(pid));
        assert.equal(actors.length, 2, sent);
        terminal.kill('SIGKILL'); // who holds its other end is gone
        const status = join(cwd, 'status');
        await until('the program to end', () => existsSync(status) && statSync(status).size > 0);
        assert.equal(readFileSync(status, 'utf8').trim(), String(expected));
        await assertGone(actors);
      },
    );
  }
}
