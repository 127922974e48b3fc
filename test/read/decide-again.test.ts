import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { openRecording, reopenRecording, type ReadOptions } from '#build/read/recording.js';
import type { InputSnapshot, ResumePoint } from '#build/read/snapshot/snapshot.js';
import { READ_DEFAULTS, folderWith } from '../support/reading.js';
import { plainSteps } from '../support/read-steps.js';
import { refusal } from '../support/refusals.js';

const OPTIONS: ReadOptions = { ...READ_DEFAULTS, interval: 'auto' };
const AGAIN: ResumePoint = {
  ...{ positions: null, positionsMinuteMs: null, afterMinuteMs: -Infinity },
  ...{ allRead: [null], decidesAgain: true },
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const timeOf = (second: number): string =>
  new Date(Date.UTC(2024, 4, 1) + second * 1000).toISOString().replace('.000', '');

/** Rows a minute apart from a minute on, each with the cells of its index. */
function rows(from: number, cells: readonly string[], seconds = 60, delimiter = ','): string {
  return cells.map((cell, i) => `${timeOf((from + i) * seconds)}${delimiter}${cell}\n`).join('');
}

async function snapshotOf(inputs: readonly string[], stdin = '', options = OPTIONS): Promise<InputSnapshot> {
  await using recording = await openRecording(inputs, options, Readable.from([Buffer.from(stdin)]));
  await plainSteps(recording);
  return recording.snapshot();
}

interface Again {
  readonly warnings: readonly string[];
  readonly snapshot: InputSnapshot;
}

async function again(
  inputs: readonly string[],
  snapshot: InputSnapshot,
  { stdin = '', options = OPTIONS }: { stdin?: string; options?: ReadOptions } = {},
): Promise<Again> {
  const bytes = Readable.from([Buffer.from(stdin)]);
  await using recording = await reopenRecording(inputs, options, bytes, snapshot, AGAIN);
  assert.ok(recording.notices.every(({ level }) => level === 'warning'));
  return { warnings: recording.notices.map(({ text }) => text), snapshot: recording.snapshot() };
}

async function fileWith(t: TestContext, text: string, name = 'm.csv'): Promise<string> {
  const path = join(await folderWith(t, {}), name);
  await writeFile(path, text);
  return path;
}

const HEAD = 'timestamp,target,v\n';
const many = (cell: (i: number) => string, count = 24): string[] =>
  Array.from({ length: count }, (_, i) => cell(i));

/** What is decided from the first text, and otherwise once the second one follows. */
const GROWING: readonly (readonly [what: string, first: string, more: string, was: string, is: string])[] = [
  [
    'interval',
    HEAD + rows(0, ['a,1']),
    rows(
      1,
      many((i) => `a,${i}`),
      10,
    ),
    '1m',
    '10s',
  ],
  [
    'interval',
    HEAD + rows(0, ['a,1', 'a,2', 'a,3']),
    rows(
      20,
      many((i) => `a,${i}`),
      10,
    ),
    '1m',
    '10s',
  ],
  [
    'decimal mark',
    `timestamp;target;v\n${rows(0, ['a;1', 'a;2'], 60, ';')}`,
    rows(
      2,
      many((i) => `a;${i},5`),
      60,
      ';',
    ),
    'point',
    'comma',
  ],
  [
    'columns with percent signs',
    HEAD + rows(0, ['a,1']),
    rows(
      1,
      many(() => 'a,2%'),
    ),
    'none',
    'v',
  ],
  ['words for missing values', HEAD + rows(0, ['a,1']), rows(1, ['a,n/a', 'a,3']), 'none', 'n/a'],
  [
    'marks between thousands',
    HEAD + rows(0, ['a,1']),
    rows(
      1,
      many((i) => `a,"1,${100 + i}.5"`),
    ),
    'not read',
    'read',
  ],
  [
    'columns',
    `timestamp,target,v,w\n${rows(0, ['a,1,', 'a,2,'])}`,
    rows(
      2,
      many((i) => `a,1,${i}`),
    ),
    'v',
    'v, w',
  ],
  [
    'columns',
    `timestamp,host,metric,value\n${rows(0, ['a,cpu,1', 'a,cpu,2'])}`,
    rows(
      2,
      many((i) => `a,${i % 2 === 0 ? 'cpu' : 'mem'},${i}`),
    ),
    'value',
    'cpu, mem',
  ],
];

for (const [i, [what, first, more, was, is]] of GROWING.entries()) {
  test(`a decision on ${what} that more records would change is reported (${i + 1})`, async (t) => {
    const path = await fileWith(t, first);
    const snapshot = await snapshotOf([path]);
    const records = first.trimEnd().split('\n').length - 1;
    assert.equal(snapshot.files[0]?.shortSample, records);
    await appendFile(path, more);
    const { warnings, snapshot: resumed } = await again([path], snapshot);
    const since = `decided when ${path} had ${records} record${records === 1 ? '' : 's'}`;
    const expected = `${what}: ${was}, ${since}; by now it would be ${is}: use --restart to read it so`;
    assert.deepEqual(
      warnings.filter((text) => text.startsWith(what)),
      [expected],
      warnings.join('\n'),
    );
    assert.deepEqual(resumed.columns, snapshot.columns);
    assert.deepEqual(resumed.files[0]?.plan, snapshot.files[0].plan);
    assert.equal(resumed.files[0].shortSample, records, 'the next session says it again');
    const restarted = await snapshotOf([path]);
    assert.deepEqual((await again([path], restarted)).warnings, []);
  });
}

test('records that show the same draw no warning, and count as the sample from then on', async (t) => {
  const path = await fileWith(t, HEAD + rows(0, ['a,1', 'b,2.5', 'a,3', 'b,4']));
  const snapshot = await snapshotOf([path]);
  await appendFile(
    path,
    rows(
      4,
      many((i) => `${i % 2 === 0 ? 'a' : 'b'},${i}.25`),
    ),
  );
  const more = await again([path], snapshot);
  assert.deepEqual(more.warnings, []);
  assert.equal(more.snapshot.files[0]?.shortSample, 28);
  await appendFile(
    path,
    rows(
      28,
      many((i) => `${i % 2 === 0 ? 'a' : 'b'},${i}.25`, 2000),
    ),
  );
  const full = await again([path], more.snapshot);
  assert.deepEqual(full.warnings, []);
  assert.equal(full.snapshot.files[0]?.shortSample, undefined);
});

test('a full sample is not taken for a short one', async (t) => {
  const path = await fileWith(
    t,
    HEAD +
      rows(
        0,
        many((i) => `a,${i}`, 3000),
      ),
  );
  assert.equal((await snapshotOf([path])).files[0]?.shortSample, undefined);
});

test('of several files, warnings name the one that they are about, and those that were short', async (t) => {
  const folder = await folderWith(t, {});
  const [a, b] = [join(folder, 'a.csv'), join(folder, 'b.csv')];
  await writeFile(
    a,
    HEAD +
      rows(
        0,
        many((i) => `a,${i}`, 3000),
      ),
  );
  await writeFile(b, HEAD + rows(0, ['b,1']));
  const snapshot = await snapshotOf([a, b]);
  await appendFile(
    b,
    rows(
      1,
      many(() => 'b,2%'),
    ),
  );
  assert.deepEqual((await again([a, b], snapshot)).warnings, [
    `${b}: columns with percent signs: none, decided when ${b} had 1 record; by now it would be v: use --restart to read it so`,
  ]);
});

test('inputs that a new run would refuse are read on, with a warning', async (t) => {
  const path = await fileWith(t, `timestamp,v\n${rows(0, ['1', '2'])}`);
  const snapshot = await snapshotOf([path]);
  await appendFile(
    path,
    `${rows(
      2,
      many((i) => String(i)),
    )}${rows(
      2,
      many((i) => String(i)),
    )}`,
  );
  const { warnings } = await again([path], snapshot);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    /had 2 records; by now a new run of them would be refused: .* have the timestamp/,
  );
});

test('standard input is looked at once and then read from where the run resumes', async () => {
  const first = HEAD + rows(0, ['a,1', 'a,2', 'a,3', 'a,4']);
  const stdin =
    first +
    rows(
      24,
      many((i) => `a,${i}`),
      10,
    );
  const snapshot = await snapshotOf(['-'], first);
  const byteOffset = first.indexOf(timeOf(120));
  const position = { byteOffset, line: 4, doneLine: 3, doneItem: null };
  const point = { ...AGAIN, positions: [position], positionsMinuteMs: Date.UTC(2024, 4, 1, 0, 1) };
  const read = async (decidesAgain: boolean): Promise<[unknown, number]> => {
    const chunks = [...Buffer.from(stdin)].map((byte) => Buffer.of(byte));
    const from = { ...point, afterMinuteMs: point.positionsMinuteMs, decidesAgain };
    await using recording = await reopenRecording(['-'], OPTIONS, Readable.from(chunks), snapshot, from);
    return [await plainSteps(recording), recording.notices.length];
  };
  const [plain, none] = await read(false);
  const [looked, one] = await read(true);
  assert.deepEqual(looked, plain);
  assert.deepEqual([none, one], [0, 1]);
});

test('another standard input is refused as such, whatever it shows', async () => {
  const first = HEAD + rows(0, ['a,1', 'a,2', 'a,3', 'a,4']);
  const snapshot = await snapshotOf(['-'], first);
  const read = (stdin: string): Promise<Again> => again(['-'], snapshot, { stdin });
  const { warnings } = await read(first);
  assert.deepEqual(warnings, []);
  const bytes = Buffer.byteLength(first);
  const allRead = [{ bytes, sha256: sha256(first), isWhole: true }];
  for (const stdin of ['', 'not found\n', first.replace(',2\n', ',3\n')]) {
    const opening = reopenRecording(['-'], OPTIONS, Readable.from([Buffer.from(stdin)]), snapshot, {
      ...AGAIN,
      allRead,
    });
    await assert.rejects(opening, refusal('config', /is not what this run read before/), stdin);
  }
});

test('standard input that had no record is refused once it has more, unless the run starts over', async (t) => {
  const path = await fileWith(t, HEAD + rows(0, ['a,1', 'a,2']));
  const snapshot = await snapshotOf([path, '-'], HEAD);
  assert.equal(snapshot.files[1]?.plan, null);
  const reopen = async (stdin: string): Promise<unknown> => {
    const whole = { bytes: HEAD.length, sha256: sha256(HEAD), isWhole: true };
    const from = { ...AGAIN, decidesAgain: false, allRead: [null, whole] };
    const bytes = Readable.from([Buffer.from(stdin)]);
    await using recording = await reopenRecording([path, '-'], OPTIONS, bytes, snapshot, from);
    return [recording.againState(), recording.wholeInputs()[1]];
  };
  const whole = { bytes: HEAD.length, sha256: sha256(HEAD) };
  assert.deepEqual(await reopen(HEAD), ['same', whole]);
  await assert.rejects(reopen(''), refusal('config', /ends before byte/));
  await assert.rejects(
    reopen(`${HEAD}${rows(0, ['b,1'])}`),
    refusal('config', /had no record when this run/),
  );
  await assert.rejects(reopen(HEAD.toUpperCase()), refusal('config', /bytes differ/));
});
