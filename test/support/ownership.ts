import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { AiopsError } from '#build/core/errors.js';
import { openRecording, type ReadOptions } from '#build/read/recording.js';
import { READ_DEFAULTS, folderWith } from './reading.js';
import { plainSteps, type PlainStep } from './read-steps.js';
import { checkEveryResume } from './resumed.js';

export const OPTIONS: ReadOptions = { ...READ_DEFAULTS, interval: 60_000, columns: ['v'] };
export const START = Date.UTC(2026, 0, 1);
export const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();

const KINDS = [
  'good',
  'bad value',
  'bad time',
  'no time',
  'no target',
  'broken',
  'far ahead',
  'far back',
] as const;
type Kind = (typeof KINDS)[number];

interface Event {
  readonly kind: Kind;
  readonly file: number;
  readonly ahead: number;
  readonly back: number;
  readonly target: number;
}

const events = fc.array(
  fc.record({
    kind: fc.oneof(fc.constant('good' as const), fc.constantFrom(...KINDS)),
    file: fc.nat(1),
    ahead: fc.constantFrom(0, 0, 0, 1, 1, 4),
    back: fc.nat(3),
    target: fc.nat(3),
  }),
  { minLength: 1, maxLength: 24 },
);

interface Row {
  readonly time: string | null;
  readonly target: string | null;
  readonly v: number | string;
}

/** The rows of one file in its order, null for a broken line; good ones go back at most `grace` minutes. */
function rowsOf(all: readonly Event[], grace: number): (Row | null)[] {
  let newest = 0;
  let isFirst = true;
  return all.map(({ kind, ahead, back, target }) => {
    newest += ahead;
    const isBack = ahead === 0 && !isFirst;
    const minute = isBack ? newest - Math.min(back, grace) : newest;
    if (kind === 'good') isFirst = false;
    const good = { time: at(minute), target: `t${target}`, v: 1 };
    switch (kind) {
      case 'good':
        return good;
      case 'bad value':
        return { ...good, v: 'x' };
      case 'bad time':
        return { ...good, time: 'soon' };
      case 'no time':
        return { ...good, time: null };
      case 'no target':
        return { ...good, target: null };
      case 'broken':
        return null;
      case 'far ahead':
        return { ...good, time: at(newest + 1 + back * 4), v: 'x' };
      case 'far back':
        return { ...good, time: at(newest - 3 - back), v: 'x' };
    }
  });
}

const LAYOUTS = {
  csv: (rows: readonly (Row | null)[]) =>
    `time,target,v\n${rows.map((row) => (row === null ? 'broken\n' : `${row.time ?? ''},${row.target ?? ''},${row.v}\n`)).join('')}`,
  rows: (rows: readonly (Row | null)[]) =>
    rows.map((row) => `${row === null ? '{"time' : json(row)}\n`).join(''),
  batches: (rows: readonly (Row | null)[]) =>
    batchLines(rows)
      .map((line) => `${line}\n`)
      .join(''),
} as const;

function json({ time, target, v }: Row): string {
  return JSON.stringify({ ...(time === null ? {} : { time }), ...(target === null ? {} : { target }), v });
}

/** Consecutive rows of one time as the items of one line; every third one is no object. */
function batchLines(rows: readonly (Row | null)[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < rows.length;) {
    const row = rows[i];
    if (row === null || row === undefined) {
      const isFirst = !lines.some((line) => line.includes('items'));
      lines.push(isFirst || i % 2 === 0 ? '{"time' : JSON.stringify({ time: at(i), things: [] }));
      i++;
      continue;
    }
    const items: unknown[] = [];
    for (; rows[i]?.time === row.time && rows[i] !== null; i++) {
      const { target, v } = rows[i]!;
      items.push(i % 5 === 4 ? 7 : { ...(target === null ? {} : { target }), values: { v } });
    }
    lines.push(JSON.stringify({ ...(row.time === null ? {} : { time: row.time }), items }));
  }
  return lines;
}

interface Outcome {
  readonly records: readonly unknown[];
  readonly rejects: readonly string[];
  readonly found: number;
  readonly merged: number;
  readonly filtered: number;
}

/** The outcome of a run over the inputs; a text if they are refused. */
async function read(paths: readonly string[], options: ReadOptions): Promise<Outcome | string> {
  let steps: PlainStep[];
  try {
    steps = await plainSteps(await openRecording(paths, options, Readable.from([])));
  } catch (error) {
    if (error instanceof AiopsError) return error.message;
    throw error;
  }
  const counted = steps.filter(({ lookBack }) => !lookBack);
  const sum = (i: 0 | 1 | 2): number => counted.reduce((total, { account }) => total + account[i], 0);
  const records = counted.flatMap((step) => step.records.map((record) => [step.minuteMs, ...record]));
  const rejects = counted.flatMap((step) => step.rejects.map((reject) => JSON.stringify(reject)));
  const outcome = { records, rejects, found: sum(0), merged: sum(1), filtered: sum(2) };
  assert.equal(outcome.found, records.length + rejects.length + outcome.merged, 'the account balances');
  return outcome;
}

type Range = Pick<ReadOptions, 'fromMs' | 'toMs'>;

export function rangesOf(cuts: readonly number[]): Range[] {
  const borders = [null, ...[...new Set(cuts)].sort((a, b) => a - b).map((m) => START + m * 60_000), null];
  return borders.slice(1).map((toMs, i) => ({ fromMs: borders[i] ?? null, toMs }));
}

/** Checks that runs over all slices of all shards add up to one run over everything. */
export async function checkParts(
  paths: readonly string[],
  options: ReadOptions,
  cuts: readonly number[],
  count: number,
): Promise<void> {
  const whole = await read(paths, options);
  const parts: Outcome[] = [];
  for (let index = 1; index <= count; index++) {
    const shard = count === 1 ? null : { index, count };
    for (const range of rangesOf(cuts)) {
      const part = await read(paths, { ...options, ...range, shard });
      if (typeof whole === 'string' || typeof part === 'string') {
        assert.equal(part, whole, 'what one run refuses, all do');
        return;
      }
      parts.push(part);
      if (range.toMs === null) {
        assert.equal(part.found + part.filtered, whole.found, 'the last slice reads and counts everything');
      }
    }
  }
  if (typeof whole === 'string') return;
  const all = (of: (part: Outcome) => readonly unknown[]): string[] =>
    parts.flatMap((part) => of(part).map((each) => JSON.stringify(each)));
  const sum = (of: (part: Outcome) => number): number => parts.reduce((total, part) => total + of(part), 0);
  assert.deepEqual(
    all(({ rejects }) => rejects).sort(),
    whole.rejects.map((each) => JSON.stringify(each)).sort(),
  );
  const records = whole.records.map((each) => JSON.stringify(each));
  if (count === 1)
    assert.deepEqual(
      all((part) => part.records),
      records,
      'the rows of the whole, slice after slice',
    );
  else assert.deepEqual(all((part) => part.records).sort(), records.sort());
  assert.equal(
    sum(({ found }) => found),
    whole.found,
  );
  assert.equal(
    sum(({ merged }) => merged),
    whole.merged,
  );
}

const recording = {
  all: events,
  grace: fc.nat(2),
  duplicates: fc.constantFrom('reject' as const, 'first' as const, 'last' as const, 'mean' as const),
  cuts: fc.array(fc.integer({ min: -4, max: 30 }), { maxLength: 4 }),
};

/** Tests of random recordings in every layout, so many of each. */
export function testParts({
  divided,
  resumed,
}: {
  readonly divided: number;
  readonly resumed: number;
}): void {
  for (const [layout, textOf] of Object.entries(LAYOUTS)) {
    const extension = layout === 'csv' ? 'csv' : 'jsonl';

    test(`${layout}: the slices and shards of any recording add up to one run over everything`, async (t) => {
      const folder = await folderWith(t, {});
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            ...recording,
            count: fc.integer({ min: 1, max: 3 }),
            files: fc.integer({ min: 1, max: 2 }),
          }),
          async ({ all, grace, duplicates, cuts, count, files }) => {
            const paths: string[] = [];
            for (let file = 0; file < files; file++) {
              const path = join(folder, `${file}.${extension}`);
              const own = all.filter((event) => event.file % files === file);
              await writeFile(path, textOf(rowsOf(own, grace)));
              if (own.length > 0) paths.push(path);
            }
            await checkParts(paths, { ...OPTIONS, grace, duplicates }, cuts, count);
          },
        ),
        { numRuns: divided },
      );
    });

    test(`${layout}: a resumed slice or shard gives the same as an uninterrupted one`, async (t) => {
      const folder = await folderWith(t, {});
      await fc.assert(
        fc.asyncProperty(
          fc.record({ ...recording, index: fc.integer({ min: 1, max: 2 }) }),
          async ({ all, grace, duplicates, cuts, index }) => {
            const paths = [join(folder, `a.${extension}`), join(folder, `b.${extension}`)];
            const good: Event = { kind: 'good', file: 0, ahead: 1, back: 0, target: 0 };
            for (const [file, path] of paths.entries()) {
              const own = all.filter((event) => event.file === file);
              await writeFile(path, textOf(rowsOf([...own, good], grace)));
            }
            const options = {
              ...OPTIONS,
              grace,
              duplicates,
              lookBackIntervals: 2,
              shard: { index, count: 2 },
            };
            if (typeof (await read(paths, options)) === 'string') return;
            for (const range of rangesOf(cuts))
              await checkEveryResume({ paths, stdin: null }, { ...options, ...range });
          },
        ),
        { numRuns: resumed },
      );
    });
  }
}
