import assert from 'node:assert/strict';
import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RandomStream } from '#build/core/random.js';
import { openRecording, reopenRecording, type ReadOptions } from '#build/read/recording.js';
import { compareInputs } from '#build/read/snapshot/compare-inputs.js';
import { plainSteps } from '../../support/read-steps.js';
import { READ_DEFAULTS, folderWith, readInputs, readText } from '../../support/reading.js';
import { checkEveryResume, readWhole } from '../../support/resumed.js';

const SORT: ReadOptions = { ...READ_DEFAULTS, sort: true };
const HEADER = 'timestamp,target,value\n';

function isoAt(minute: number): string {
  return new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();
}

function row(minute: number, target: string, value = minute): string {
  return `${isoAt(minute)},${target},${value}\n`;
}

/** A host after the other, each from the newest minute back to the oldest. */
function byHost(minutes: number): string[] {
  return ['a', 'b', 'c'].flatMap((host) =>
    Array.from({ length: minutes }, (_, i) => row(minutes - 1 - i, host)),
  );
}

function shuffled(lines: readonly string[], seed: number): string[] {
  const random = new RandomStream(seed);
  const all = [...lines];
  for (let i = all.length - 1; i > 0; i--) {
    const k = random.nextInteger(0, i);
    [all[i], all[k]] = [all[k]!, all[i]!];
  }
  return all;
}

const values = (outcome: Awaited<ReturnType<typeof readText>>): string[] =>
  outcome.records.map(({ minute, target, values: [value] }) => `${minute} ${target} ${value}`);

test('records out of order are read in time order, from their own lines', async (t) => {
  const lines = shuffled(byHost(40), 1);
  const folder = await folderWith(t, {
    'rows.csv': HEADER + lines.join(''),
    'rows.csv.gz': gzipSync(HEADER + lines.join('')),
    'rows.jsonl': lines.map((line) => jsonOf(line)).join(''),
  });
  const inOrder = await readText(HEADER + byHost(40).toSorted().join(''));
  for (const name of await readdir(folder)) {
    const outcome = await readInputs([join(folder, name)], SORT);
    assert.deepEqual(values(outcome), values(inOrder), name);
    assert.equal(outcome.recording.intervalMs, 60_000);
    const firstLine = name.endsWith('.jsonl') ? 1 : 2;
    for (const { minute, target, line } of outcome.records)
      assert.ok(lines[line - firstLine]?.startsWith(`${minute},${target},`), `${name}:${line}`);
  }
  const piped = await readText(HEADER + lines.join(''), SORT);
  assert.deepEqual(values(piped), values(inOrder));
});

function jsonOf(line: string): string {
  const [timestamp, target, value] = line.trim().split(',');
  return `${JSON.stringify({ timestamp, target, value: Number(value) })}\n`;
}

test('times are sorted as times: numbers by their value, and offsets by the instant', async () => {
  const ticks = await readText(
    `timestamp,value\n${[12, 9, 100, 8].map((s) => `${s},${s}\n`).join('')}`,
    SORT,
  );
  assert.deepEqual(
    ticks.records.map(({ values: [value] }) => value),
    [8, 9, 12, 100],
  );
  const offsets = await readText(
    'timestamp,value\n2018-10-28T02:30:00+01:00,3\n2018-10-28T02:00:00+01:00,2\n2018-10-28T02:30:00+02:00,1\n',
    SORT,
  );
  assert.deepEqual(
    offsets.records.map(({ values: [value] }) => value),
    [1, 2, 3],
  );
});

test('a reject names the place in the input, and a line without a time stays behind the one before it', async () => {
  const text = `${HEADER}${row(2, 'a')}${row(1, 'a')}broken\n${row(0, 'a')}${row(3, 'a')}`;
  const { records, rejects } = await readText(text, SORT);
  assert.deepEqual(
    records.map(({ line }) => line),
    [5, 3, 2, 6],
  );
  const places = rejects.map(({ line, byteOffset, raw }) => [line, byteOffset, raw.text]);
  assert.deepEqual(places, [[4, text.indexOf('broken'), 'broken']]);
});

test('what sorting did is a notice; a file in order gets none, and is read as it is', async (t) => {
  const folder = await folderWith(t, {
    'in-order.csv': HEADER + [0, 1, 2, 3].map((minute) => row(minute, 'a')).join(''),
    'mixed.csv': HEADER + [0, 2, 1, 3].map((minute) => row(minute, 'a')).join(''),
  });
  const isSortNotice = ({ text }: { text: string }): boolean => text.startsWith('sorted ');
  const whole = async (name: string): ReturnType<typeof readWhole> =>
    readWhole({ paths: [join(folder, name)], stdin: null }, SORT);
  const inOrder = await readInputs([join(folder, 'in-order.csv')], SORT);
  assert.deepEqual(inOrder.recording.notices.filter(isSortNotice), []);
  assert.equal((await whole('in-order.csv')).snapshot.files[0]?.isSorted, undefined);
  const mixed = await readInputs([join(folder, 'mixed.csv')], SORT);
  const [notice] = mixed.recording.notices.filter(isSortNotice);
  assert.match(
    notice?.text ?? '',
    /1 record was out of order, the first on line 4 \(2024-01-01T00:01:00Z after/,
  );
  assert.equal((await whole('mixed.csv')).snapshot.files[0]?.isSorted, true);
});

test('a sorted recording resumes at every minute, from files and from standard input', async (t) => {
  const lines = shuffled([...byHost(6), 'broken\n', row(3, 'd').replace('3\n', 'x\n'), '\n'], 5);
  const folder = await folderWith(t, {
    'a.csv': HEADER + lines.join(''),
    'b.csv.gz': gzipSync(HEADER + shuffled([row(1, 'e'), row(2, 'e'), row(5, 'e')], 2).join('')),
    'in-order.csv': HEADER + [0, 1, 2, 3].map((minute) => row(minute, 'f')).join(''),
  });
  const paths = ['a.csv', 'b.csv.gz', 'in-order.csv'].map((name) => join(folder, name));
  const options: ReadOptions = { ...SORT, interval: 60_000, lookBackIntervals: 2 };
  await checkEveryResume({ paths, stdin: null }, options);
  await checkEveryResume({ paths: ['-'], stdin: Buffer.from(HEADER + lines.join('')) }, options);
});

test('standard input that differs is refused when a sorted run resumes', async () => {
  const lines = shuffled(byHost(6), 3);
  const inputs = { paths: ['-'], stdin: Buffer.from(HEADER + lines.join('')) };
  const { snapshot, steps } = await readWhole(inputs, SORT);
  const step = steps[3]!;
  const point = {
    positions: step.positions,
    positionsMinuteMs: step.minuteMs,
    afterMinuteMs: step.minuteMs ?? NaN,
    afterPositions: step.positions ?? [],
  };
  const other = Readable.from([Buffer.from(HEADER + row(0, 'a', 99) + lines.join(''))]);
  const recording = await reopenRecording(['-'], SORT, other, snapshot, point);
  await assert.rejects(plainSteps(recording), { code: 'config' });
});

test('how lines and times are written is decided by the lines that come first in the input', async () => {
  // Sorted, the first rows could all be read with the month first, and the day is clear only from the 13th on.
  const line = (day: number): string => `${String(day).padStart(2, '0')}/01/2024,${day}\n`;
  const days = Array.from({ length: 31 }, (_, i) => 31 - i);
  const text = `# a title\ntime,value\n${days.map((day) => (day % 9 === 0 ? '# a comment\n' : '') + line(day)).join('')}`;
  const { records, rejects } = await readText(text, SORT);
  assert.deepEqual(rejects, []);
  assert.deepEqual(
    records.map(({ values: [value] }) => value),
    days.toReversed(),
  );
});

test('a file that grows is another input if it had to be sorted, otherwise not', async (t) => {
  const folder = await folderWith(t, {
    'mixed.csv': HEADER + row(1, 'a') + row(0, 'a') + row(2, 'a'),
    'in-order.csv': HEADER + row(0, 'a') + row(1, 'a') + row(2, 'a'),
  });
  const paths = ['mixed.csv', 'in-order.csv'].map((name) => join(folder, name));
  const { snapshot } = await readWhole({ paths, stdin: null }, SORT);
  for (const path of paths) await appendFile(path, row(3, 'a'));
  const states = await compareInputs(paths, snapshot, { verify: 'changed', live: false });
  assert.deepEqual(
    states.map(({ state }) => state),
    ['changed', 'grown'],
  );
});

test('a file that was in order and grows by earlier records is another input', async (t) => {
  const folder = await folderWith(t, { 'a.csv': HEADER + [0, 1, 2, 3].map((m) => row(m, 'a')).join('') });
  const paths = [join(folder, 'a.csv')];
  const { snapshot, steps } = await readWhole({ paths, stdin: null }, SORT);
  await appendFile(paths[0]!, row(0, 'b'));
  const { positions, minuteMs } = steps[1]!;
  const point = { positions, positionsMinuteMs: minuteMs, afterMinuteMs: minuteMs ?? NaN };
  const states = await compareInputs(paths, snapshot, { verify: 'changed', live: false });
  assert.equal(states[0]?.state, 'grown');
  const recording = await reopenRecording(paths, SORT, Readable.from([]), snapshot, point);
  await assert.rejects(plainSteps(recording), { code: 'config', hint: /--restart/ });
});

test('local times that clocks showed twice draw a warning', async () => {
  const local = ['01:30', '02:00', '02:30', '02:00', '02:30', '03:00'];
  const text = `timestamp,value\n${local.map((time, i) => `2018-10-28 ${time}:00,${i}\n`).join('')}`;
  const options = { ...SORT, timezone: 'Europe/Berlin' };
  const warnings = async (read: string): Promise<string[]> =>
    (await readText(read, options)).recording.notices
      .filter(({ level }) => level === 'warning')
      .map((notice) => notice.text);
  assert.match((await warnings(text)).join(), /from line 5 .*in UTC or with their offset/);
  assert.deepEqual(await warnings(text.replaceAll('10-28', '10-29')), []);
});

test('sorting leaves no file behind, and removes those of a run that was killed', async (t) => {
  const folder = await folderWith(t, { 'a.csv': HEADER + shuffled(byHost(20), 4).join('') });
  const input = join(folder, 'a.csv');
  const stale = '.aiops-serve-sort-stale';
  await writeFile(join(folder, stale), 'x');
  const recording = await openRecording([input], SORT, Readable.from([]), { folder });
  assert.deepEqual(await readdir(folder), ['a.csv']);
  await recording.close();
});

test('a live feed cannot be sorted', async () => {
  await assert.rejects(readText(HEADER + row(0, 'a'), { ...SORT, live: true }), { code: 'usage' });
});
