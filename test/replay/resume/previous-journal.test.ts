import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { AiopsError } from '#build/core/errors.js';
import { AUTO_TIME } from '#build/core/time/format.js';
import { JOURNAL_FORMAT, readJournal, type JournalContents } from '#build/output/journal.js';
import { previousJournal } from '#build/replay/resume/previous-journal.js';
import { runStatus } from '#build/replay/resume/read-status.js';

import { ROOT, temporaryFolder } from '../../support/cli.js';
import { READY } from '../../support/facts.js';
import { progress } from '../../support/journals.js';
import { assertRefuses } from '../../support/refusals.js';

const { model, input, backend } = READY;
const facts = {
  program: { name: 'aiops-serve', version: '1.2.3' },
  startedAt: '2026-01-01T00:00:00.000Z',
  settings: { '--format': 'auto' },
  serving: {},
  recording: {
    columns: ['cpu'],
    intervalMs: 60_000,
    grid: { intervalMs: 60_000, phaseMs: 0, leadMs: 0, zone: 'Europe/Berlin' },
    intervalSource: 'detected',
    layout: 'rows',
    isLive: false,
    files: [
      {
        plan: {
          ...{
            file: 'a.csv',
            format: 'csv',
            layout: 'rows',
            marks: { skipLines: 0, hasComments: false, isList: false },
            delimiter: ',',
            numbers: {
              decimal: '.',
              isGrouped: false,
              percent: ['cpu'],
              units: [['mem', 'MiB']],
              missing: [],
              open: [],
            },
            header: ['t', 'cpu'],
            series: 'a',
          },
          ...{
            timeField: 't',
            timeFields: ['t', 'clock'],
            time: AUTO_TIME,
            targetFields: [],
            labelField: null,
            long: null,
            wide: null,
            roles: [['cpu', 0]],
          },
        },
        headMs: 0,
        identity: { inode: '1', sizeBytes: 9, modifiedMs: 1.5, changedMs: null },
        digests: [{ endByte: 9, sha256: 'ab' }],
        isPacked: false,
      },
    ],
  },
  model: { ...model, bundles: [model] },
  input,
  backend,
};
const commits = [
  progress({ positions: [{ byteOffset: 1, line: 2, doneLine: 2, doneItem: -1, lastMs: 5 }] }),
  progress({
    positions: ['end'],
    digests: [{ finished: [], current: { endByte: 9, sha256: 'ab' } }, null],
    quarantines: [{ target: 'a', column: null, fromMs: 1, untilMs: 2 }],
    ended: true,
  }),
];
const completion = { at: '2026-01-01T00:01:00.000Z', counts: commits[0]?.counts, summarySha256: 'cd' };
const ends = {
  lengths: { results: 0, rejects: 0, timings: 0 },
  tails: { results: '', rejects: '', timings: '' },
};

/** A journal's contents after a change to one value, as they come back from JSON. */
function contents(path: readonly (string | number)[] = [], value?: unknown): JournalContents {
  const json = JSON.stringify({
    ...{ facts, completion, results: 'results.jsonl', rejects: 'rejects.jsonl', replaced: [], resumed: 0 },
    commits: commits.map((state) => ({ ...ends, state })),
  });
  const all = JSON.parse(json) as JournalContents;
  let at: unknown = all;
  for (const key of path.slice(0, -1)) at = (at as Record<string, unknown>)[key];
  const last = path.at(-1);
  if (last !== undefined) (at as Record<string, unknown>)[last] = value;
  return all;
}

test('a journal of this version reads back as it was written', () => {
  const previous = previousJournal('out', contents());
  assert.deepEqual(previous.facts, facts);
  assert.deepEqual(previous.completion, completion);
  assert.deepEqual(previous.commits(), commits);
  assert.deepEqual(previous.lastCommit(), commits[1]);
});

test('a run without commits and not complete', () => {
  const previous = previousJournal('out', { ...contents(), commits: [], completion: null });
  assert.deepEqual([previous.commits(), previous.lastCommit(), previous.completion], [[], null, null]);
});

const wrong: readonly (readonly [readonly (string | number)[], unknown])[] = [
  [['facts', 'program', 'version'], undefined],
  [['facts', 'recording', 'files', 0, 'plan', 'roles', 0], ['cpu']],
  [['facts', 'recording', 'files', 0, 'identity', 'sizeBytes'], '9'],
  [['facts', 'model', 'bundles', 0, 'format'], 'onnx'],
  [['facts', 'input', 'columns'], 'all'],
  [['commits', 1, 'state', 'positions', 0], 'start'],
  [['commits', 1, 'state', 'counts', 'rows'], -1],
  [['commits', 1, 'state', 'digests', 0, 'finished'], null],
  [['completion', 'summarySha256'], null],
];
for (const [path, value] of wrong) {
  test(`${path.join('.')} of another shape is refused with its path`, () => {
    assert.throws(
      () => previousJournal('out', contents(path, value)).lastCommit(),
      (error) => {
        assert.ok(error instanceof AiopsError && error.code === 'config', String(error));
        assert.match(error.message, /out\/journal\.jsonl/);
        const inside = path.slice(path[0] === 'commits' ? 3 : 1);
        assert.ok(error.message.includes(`: ${inside.join('.')}`), error.message);
        return true;
      },
    );
  });
}

test('the journal of an earlier version is refused by name, for status as for a run', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'journal.jsonl'), readFileSync(join(ROOT, 'fixtures/journals/format-2.jsonl')));
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const wanted = [
    /is from aiops-serve 0\.1\.0 \(journal format 2\)/,
    new RegExp(`aiops-serve ${version.replaceAll('.', '\\.')} \\(journal format ${JOURNAL_FORMAT}\\)`),
    /--restart/,
  ];
  await assertRefuses(readJournal(folder), 'config', ...wanted);
  await assertRefuses(runStatus(folder), 'config', ...wanted);
});
