import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';

import { Command } from 'commander';

import { BENCH_WORDING, PLAN_WORDING, READER_WORDING, withHints } from '#build/cli/hints.js';
import { defineMerge } from '#build/cli/merge-command.js';
import { defineModel } from '#build/cli/model-command.js';
import { defineBench, defineInspect } from '#build/cli/serving-commands.js';
import { AiopsError, type Hint } from '#build/core/errors.js';

const defined = (define: (command: Command, done: () => void) => void): Command => {
  const command = new Command('x');
  define(command, () => undefined);
  return command;
};

const BENCH = defined(defineBench);
const INSPECT = defined(defineInspect);
const MERGE = defined(defineMerge);
const CHECK =
  defined(defineModel).commands.find((one) => one.name() === 'check') ?? assert.fail('no model check');

async function hintOf(
  command: Command,
  wording: typeof PLAN_WORDING,
  hint?: Hint,
): Promise<string | undefined> {
  const thrown = await withHints(command, wording, () => {
    throw new AiopsError('config', 'wrong', { hint });
  }).catch((error: unknown) => error);
  assert.ok(thrown instanceof AiopsError && thrown.code === 'config' && thrown.message === 'wrong');
  return thrown.hint;
}

describe('a command names no flag that it lacks', () => {
  for (const [command, { remedies }] of [
    [BENCH, BENCH_WORDING],
    [INSPECT, READER_WORDING],
    [CHECK, READER_WORDING],
  ] as const) {
    for (const [name, text] of Object.entries(remedies)) {
      if (command === CHECK && name === 'allowMore') continue; // it reads no records
      test(`${command.name()}: ${name}`, () => {
        const flags = String(text).match(/--[a-z-]+/g) ?? [];
        const lacking = flags.filter((flag) => !command.options.some(({ long }) => long === flag));
        assert.deepEqual(lacking, []);
      });
    }
  }

  test('without saying whose it is', async () => {
    const hint = 'try another --backend or a lower --batch-size';
    assert.equal(await hintOf(BENCH, BENCH_WORDING, hint), hint);
    assert.equal(
      await hintOf(CHECK, READER_WORDING, hint),
      `${hint} (--backend, --batch-size are flags of aiops-serve replay)`,
    );
    assert.equal(
      await hintOf(MERGE, PLAN_WORDING, ({ startOver }) => `choose another --rejects, or ${startOver}`),
      'choose another --rejects, or plan again with --restart (--rejects is a flag of aiops-serve plan)',
    );
  });
});

test('flags of other programs, and of a command that the hint names, stay as they are', async () => {
  for (const hint of [
    'curl --fail --show-error',
    'tensorflowjs_converter --input_format=keras',
    'run it with: aiops-serve replay data.csv --analyzer PATH',
  ])
    assert.equal(await hintOf(CHECK, READER_WORDING, hint), hint);
  assert.equal(await hintOf(CHECK, READER_WORDING), undefined);
});

test('other errors pass as they are', async () => {
  const bug = new TypeError('bug');
  await assert.rejects(
    withHints(BENCH, BENCH_WORDING, () => Promise.reject(bug)),
    (error) => error === bug,
  );
});
