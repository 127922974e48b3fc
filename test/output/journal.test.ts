import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { JOURNAL_FORMAT, journalLine, readJournal, type JournalEntry } from '#build/output/journal.js';

import { MemoryFiles } from '../support/memory-files.js';
import { assertRefuses } from '../support/refusals.js';

const RUN: JournalEntry = {
  type: 'run',
  format: JOURNAL_FORMAT,
  results: 'results.jsonl',
  rejects: 'rejects.jsonl',
  replaced: [],
  facts: { name: 'Zoë\n' },
};
const TAILS = { results: '0123456789abcdef', rejects: '', timings: 'fedcba9876543210' };
const commit = (results: number): JournalEntry => ({
  type: 'commit',
  lengths: { results, rejects: 0, timings: 2 * results },
  tails: TAILS,
  state: { results },
});
const LINES = [
  RUN,
  commit(10),
  commit(20),
  { type: 'resumed', times: 3 } as const,
  commit(30),
  { type: 'complete', completion: { rows: 1 } } as const,
].map(journalLine);

function read(text: string | Buffer): ReturnType<typeof readJournal> {
  const files = new Map([['/run/journal.jsonl', Buffer.from(text)]]);
  return readJournal('/run', new MemoryFiles({ files, folders: new Set(['/', '/run']) }));
}

test('a line ends with the start of the SHA-256 of the text before it', () => {
  const line = journalLine(commit(10));
  const text = line.slice(0, line.indexOf(',"sum"'));
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 16);
  assert.equal(line, `${text},"sum":"${sum}"}\n`);
  assert.deepEqual(Object.keys(JSON.parse(line) as object), ['type', 'lengths', 'tails', 'state', 'sum']);
});

test('a whole journal is read back', async () => {
  assert.deepEqual(await read(LINES.join('')), {
    facts: { name: 'Zoë\n' },
    results: 'results.jsonl',
    rejects: 'rejects.jsonl',
    metrics: [],
    replaced: [],
    commits: [10, 20, 30].map((results) => ({
      lengths: { results, rejects: 0, timings: 2 * results },
      tails: TAILS,
      state: { results },
    })),
    completion: { rows: 1 },
    resumed: 3,
  });
});

test('a missing journal or folder is null', async () => {
  assert.equal(await readJournal('/', new MemoryFiles()), null);
  assert.equal(await readJournal('/nowhere', new MemoryFiles()), null);
});

test('a truncated journal says what its complete lines say', async () => {
  const whole = Buffer.from(LINES.join(''));
  const firstEnd = whole.indexOf(10) + 1;
  for (let length = firstEnd; length <= whole.length; length++) {
    const wholeLines = whole.subarray(0, length).toString().split('\n').length - 1;
    const contents = await read(whole.subarray(0, length));
    assert.ok(contents !== null);
    assert.equal(contents.commits.length, [0, 0, 1, 2, 2, 3, 3][wholeLines], `cut at ${length}`);
    assert.equal(contents.completion !== null, wholeLines === 6);
  }
});

test('a changed byte ends the reading before its line', async () => {
  const whole = Buffer.from(LINES.join(''));
  let [line, at] = [0, 0];
  for (const text of LINES) {
    const end = at + Buffer.byteLength(text);
    for (; at < end; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 1;
      const reading = read(damaged);
      if (line === 0) await assert.rejects(reading, { code: 'config' });
      else assert.equal((await reading)?.commits.length, [0, 0, 1, 2, 2, 3][line], `byte ${at}`);
    }
    line++;
  }
});

const strange: [string, string][] = [
  ['of a type of the future', journalLine({ type: 'later' } as unknown as JournalEntry)],
  ['another run', LINES[0] ?? ''],
  [
    'lengths that are none',
    journalLine({ type: 'commit', lengths: { results: -1 } } as unknown as JournalEntry),
  ],
  ['JSON without a sum', '{"type":"resumed","times":9}\n'],
];
for (const [what, text] of strange) {
  test(`a line in the middle that is ${what} ends the reading`, async () => {
    const contents = await read([...LINES.slice(0, 2), text, ...LINES.slice(2)].join(''));
    assert.equal(contents?.commits.length, 1);
    assert.equal(contents.resumed, 0);
  });
}

const unusable: [string, string][] = [
  ['is empty', ''],
  ['is something else', 'minute,target\n'],
  ['is one torn line', (LINES[0] ?? '').slice(0, -3)],
  ['does not begin with a run', LINES[1] ?? ''],
  ['lacks what this format has', journalLine({ type: 'run', format: JOURNAL_FORMAT } as JournalEntry)],
];
for (const [what, text] of unusable) {
  test(`a journal that ${what} is refused with a hint`, async () => {
    await assertRefuses(read(text), 'config', /\/run\/journal\.jsonl: its first line/, /--restart.*--out/);
  });
}

test('a journal of another format is refused with the name of its writer, whatever else it holds', async () => {
  const line = (facts: unknown): string =>
    journalLine({ type: 'run', format: 1, facts } as unknown as JournalEntry);
  const wanted = [/format 1\b/, new RegExp(`format ${JOURNAL_FORMAT}\\b`), /--restart/];
  await assertRefuses(
    read(line({ program: { version: '0.0.7' } })),
    'config',
    /aiops-serve 0\.0\.7 /,
    ...wanted,
  );
  await assertRefuses(read(line('other')), 'config', /unknown version/, ...wanted);
});

test('a journal that cannot be read is an error that names it', async () => {
  await assert.rejects(read('x'.repeat(10)), { code: 'config' });
  const files = new MemoryFiles();
  files.read = () => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  };
  await assert.rejects(readJournal('/run', files), {
    code: 'output_io',
    message: 'cannot read /run/journal.jsonl: EACCES: permission denied',
  });
});
