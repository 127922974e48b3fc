import { settingText } from '#build/cli/journaled.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  computingDifferences,
  computingSettings,
  knownDifferences,
  refuseDifferences,
  settingDifferences,
} from '#build/replay/resume/result-settings.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';
import type { ChosenModel } from '#build/model/model-choice.js';
import type { RunFacts } from '#build/replay/resume/run-facts.js';
import { configFor } from '../../support/slicing.js';
import { READY } from '../../support/facts.js';
import { refusal } from '../../support/refusals.js';

const computing = { model: READY.model, input: READY.input, backend: READY.backend };

test('settings: what differs is named with both values, what is the same is not', () => {
  const before = { '--duplicates': 'reject', '--columns': ['cpu'], '--from': null };
  assert.deepEqual(settingDifferences(before, { ...before, '--columns': ['cpu'] }, settingText), []);
  assert.deepEqual(
    settingDifferences(before, { ...before, '--duplicates': 'last', '--from': '2024-01-01' }, settingText),
    ['--duplicates was reject, now last', '--from was not given, now 2024-01-01'],
  );
});

test('a setting that came with a later release does not break off the runs from before, but one that is gone does', () => {
  assert.deepEqual(settingDifferences({}, { '--later': 'fixed' }, settingText), []);
  assert.deepEqual(settingDifferences({ '--shard': '1/2', '--later': null }, {}, settingText), [
    '--shard was 1/2, now not given',
  ]);
});

test('a run from before --rate made no rates', () => {
  const facts = { ...computing, settings: { input: ['a.csv'] }, serving: {} } as unknown as RunFacts;
  const differences = (rate?: readonly string[]): string[] =>
    knownDifferences(
      facts,
      configFor(['a.csv'], 'out', rate && { rate }),
      { digest: null } as ChosenModel,
      settingText,
    );
  assert.deepEqual(differences(), []);
  assert.deepEqual(differences(['*']), ['--rate was not given, now *']);
});

test('values are shown as they are typed', () => {
  const before = { '--interval': 60_000, '--max-line': 2 ** 20, '--full-output': false, '--map': { a: 'b' } };
  assert.deepEqual(
    settingDifferences(
      before,
      { '--interval': 'auto', '--max-line': 4096, '--full-output': true, '--map': {} },
      settingText,
    ),
    [
      '--interval was 1m, now auto',
      '--max-line was 1MiB, now 4KiB',
      '--full-output was not given, now given',
      '--map was a=b, now not given',
    ],
  );
});

test('files of an analyzer that were replaced, added or dropped are named', () => {
  const file = (name: string, digit: string) => ({ name, sha256: digit.repeat(64) });
  const withFiles = (digest: string, ...files: readonly ReturnType<typeof file>[]) => ({
    ...computing,
    model: { ...READY.model, digest, files },
  });
  const before = withFiles('1', file('a.onnx', 'a'), file('old.csv', 'b'), file('same', 'c'));
  const now = withFiles('2', file('a.onnx', 'd'), file('new.csv', 'e'), file('same', 'c'));
  assert.deepEqual(computingDifferences(before, now), [
    "the analyzer's file a.onnx was aaaaaaaaaaaa, now dddddddddddd",
    "the analyzer's file old.csv is no longer in use",
    'the analyzer now also uses the file new.csv',
  ]);
});

test('another model, backend, batch size or batch shape is a difference, other versions are none', () => {
  assert.deepEqual(computingDifferences(computing, computing), []);
  const differs = (now: Partial<typeof computing>): string[] =>
    computingDifferences(computing, { ...computing, ...now });
  assert.match(
    differs({ model: { ...READY.model, digest: 'f'.repeat(64) } })[0] ?? '',
    /the model was .*f{12}/,
  );
  assert.match(differs({ backend: { ...READY.backend, name: 'js' } })[0] ?? '', /--backend was \w+, now js/);
  assert.match(
    differs({ backend: { ...READY.backend, batchSize: 7 } })[0] ?? '',
    /--batch-size was .*, now 7/,
  );
  assert.equal(
    differs({ backend: { ...READY.backend, reproducible: !READY.backend.reproducible } }).length,
    1,
  );
  assert.match(
    differs({ input: { ...READY.input, window: 99 } })[0] ?? '',
    /an item was 60 intervals of each column .*, now 99/,
  );
  assert.deepEqual(differs({ backend: { ...READY.backend, versions: { other: '1' } } }), []);
});

test('what the command asks to compute with differs only where it leaves no choice', () => {
  const auto = { backend: 'auto', modelFormat: 'auto', batchSize: 'auto' } as const;
  const differs = (asked: Partial<ReplayConfig>): string[] =>
    settingDifferences(...computingSettings(computing, { ...auto, ...asked } as ReplayConfig), settingText);
  assert.deepEqual(differs({}), []);
  const other = computing.backend.name === 'wasm' ? 'node' : 'wasm';
  assert.deepEqual(differs({ backend: other }), [`--backend was ${computing.backend.name}, now ${other}`]);
  assert.match(differs({ batchSize: 7 })[0] ?? '', /--batch-size was .*, now 7/);
});

test('flags without an effect on an analyzer make no other run of it', () => {
  const asked = { backend: 'wasm', modelFormat: 'graph-model', batchSize: 64 } as const;
  const differs = (backend: Partial<typeof computing.backend>): string[] => {
    const model = { ...computing.model, format: 'analyzer' } as const;
    const facts = { model, backend: { ...computing.backend, ...backend } };
    return settingDifferences(...computingSettings(facts, asked as ReplayConfig), settingText);
  };
  assert.deepEqual(differs({ name: 'js', batchSize: null }), []); // it loads no bundle
  assert.deepEqual(differs({ name: 'wasm', batchSize: 64 }), []); // the format of its bundle is not known
  assert.match(differs({ name: 'wasm', batchSize: 32 })[0] ?? '', /--batch-size was 32, now 64/);
});

test('a refusal names the output, the differences and both ways out', () => {
  refuseDifferences([], 'out');
  assert.throws(
    () => refuseDifferences(['--grace was 0, now 1'], 'out'),
    refusal('config', /out holds another run: --grace was 0, now 1/, [/--restart/, /--out/]),
  );
});
