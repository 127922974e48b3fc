import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_MARKS } from '#build/read/lines/marks.js';
import type { FilePlan } from '#build/read/lines/plan.js';
import { IGNORED, valueRole } from '#build/read/lines/roles.js';
import { sortChunks, type SortOptions } from '#build/read/sort/sort-chunks.js';
import { CSV_PLAN, cutEvery } from '../../support/csv-reading.js';
import { folderWith } from '../../support/reading.js';
import { eventsOf, inTimeOrder, readEvents } from '../../support/sorting.js';

const MAX_LINE_BYTES = 80;

const CSV: FilePlan = {
  ...CSV_PLAN,
  header: ['time', 'target', 'note', 'v'],
  roles: new Map([...CSV_PLAN.roles, ['note', IGNORED]]),
};

const ROWS: FilePlan = { ...CSV, file: 'in.jsonl', format: 'jsonl', delimiter: '', header: [] };

const COMMENTED: FilePlan = { ...CSV, marks: { skipLines: 1, hasComments: true, isList: false } };

const BATCHES: FilePlan = {
  ...ROWS,
  layout: 'batches',
  roles: new Map([['v', valueRole(0)]]),
};

const second = fc.integer({ min: 0, max: 20 });
const time = second.map((s) => `2024-01-01T00:00:${String(s).padStart(2, '0')}Z`);
const value = fc.integer({ min: 0, max: 999 });
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n');

const csvLine = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(time, value).map(([t, v]) => `${t},a,x,${v}`) },
  fc.tuple(time, value).map(([t, v]) => `${t},a,"two\nlines",${v}`),
  fc.tuple(time, value).map(([t, v]) => `${t},a,"\n",${v}`),
  fc.tuple(time, value).map(([t, v]) => `"${t}","a","x",${v}`),
  time.map((t) => `${t},a,"x`),
  time.map((t) => `${t},"x`),
  // A record that begins with a quoted line end, if it came next, would close the field.
  time.map((t) => `${t},a,5,"x`),
  time.map((t) => `${t},a,x,many`),
  time.map((t) => `${t},a,x`),
  time.map((t) => `${t},a,${'long'.repeat(30)},1`),
  time.map((t) => `${t},a,${'very long'.repeat(600)},1`),
  fc.constantFrom('', '  ', 'no,a,x,1', '"', 'a"b,c', '\xff,a,x,1', '1\0', `never,${'ä'.repeat(3000)}`),
);

const jsonRow = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(time, value).map(([t, v]) => `{"time":"${t}","target":"a","v":${v}}`) },
  fc.tuple(time, value).map(([t, v]) => `{"v":${v},"time":"${t}"}`),
  fc.tuple(time, value).map(([t, v]) => `{"time":"${t}","target":"a","note":[{"v":${v}}],"v":"x"}`),
  fc.constantFrom('', '{', '[', '],', '3', '{"v":1}', '{"time":true,"target":"a","v":1}', 'x'.repeat(200)),
);

const jsonElement = fc.oneof(
  { weight: 4, arbitrary: jsonRow.map((row) => `${row},`) },
  fc
    .tuple(fc.constantFrom('[', ' , ', ''), jsonRow, fc.constantFrom(']', '', ' ,'))
    .map((parts) => parts.join('')),
  fc.constantFrom('[', ']', ','),
);

const commentedLine = fc.oneof({ weight: 5, arbitrary: csvLine }, fc.constantFrom('# a "comment', '#'));

const batch = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(time, value).map(([t, v]) => batchText(t, [v, v + 1])) },
  time.map((t) => batchText(t, ['x', 1])),
  time.map((t) => `{"time":"${t}","items":3}`),
  fc.constantFrom('{"items":[{"target":"a","values":{"v":1}}]}', '', '[]', '{"time":1'),
);

function batchText(t: string, values: readonly unknown[]): string {
  const items = values.map((v, i) => ({ target: `t${i}`, values: { v } }));
  return JSON.stringify({ time: t, items });
}

const TEXTS: readonly (readonly [string, FilePlan, string, fc.Arbitrary<string>, number])[] = [
  ['CSV', CSV, 'time,target,"no\nte",v\n', csvLine, MAX_LINE_BYTES],
  ['rows of JSON', ROWS, '', jsonRow, MAX_LINE_BYTES],
  ['a list of JSON', { ...ROWS, marks: { ...NO_MARKS, isList: true } }, '[', jsonElement, MAX_LINE_BYTES],
  ['CSV with comments', COMMENTED, 'A title, 2024\ntime,target,"no\nte",v\n', commentedLine, MAX_LINE_BYTES],
  ['minute-batches', BATCHES, '\n', batch, 4096],
];

function sortOptions(folder: string, plan: FilePlan, maxLineBytes = MAX_LINE_BYTES): SortOptions {
  return { plan, timezone: 'UTC', maxLineBytes, folder, byteOffset: 0, isRereadable: false };
}

async function* arriving(chunks: readonly Buffer[]): AsyncGenerator<Buffer, undefined> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
  return undefined;
}

for (const [what, plan, head, line, maxLineBytes] of TEXTS) {
  test(`sorting ${what} gives the same records and rejects in time order, from the same places`, async (t) => {
    const folder = await folderWith(t, {});
    const lines = fc.array(fc.tuple(line, lineEnd), { maxLength: 60 });
    // 2,000 bytes are about ten entries.
    const limits = { runBytes: fc.constantFrom(2000, 10_000, 1e6), fanIn: fc.constantFrom(2, 3, 64) };
    const law = fc.asyncProperty(
      ...[lines, fc.boolean(), fc.integer({ min: 1, max: 700 }), fc.record(limits)],
      async (all, isCut, chunkBytes, limitsOfRun) => {
        const text = head + all.flat().join('');
        const bytes = Buffer.from(isCut ? text.trimEnd() : text, plan.format === 'csv' ? 'latin1' : 'utf8');
        const chunks = cutEvery(bytes, chunkBytes);
        const options = { ...sortOptions(folder, plan, maxLineBytes), limits: limitsOfRun };
        const outcome = await sortChunks(arriving(chunks), options);
        assert.ok(outcome.kind === 'sorted');
        const events = readEvents(plan, maxLineBytes, chunks);
        assert.deepEqual(await eventsOf(outcome.text, plan, maxLineBytes), inTimeOrder(events));
        await outcome.text.close();
      },
    );
    await fc.assert(law, { numRuns: 150 });
    assert.deepEqual(await readdir(folder), []);
  });
}

test('what can be read again is not kept while it is in order', async (t) => {
  const folder = await folderWith(t, {});
  const lines = Array.from(
    { length: 400 },
    (_, i) => `2024-01-01T00:00:00.${String(i).padStart(3, '0')}Z,a,x,1\n`,
  );
  const sortLines = async (all: readonly string[]): Promise<string> => {
    const chunks = cutEvery(Buffer.from(`time,target,note,v\n${all.join('')}`), 500);
    const limits = { runBytes: 4000, fanIn: 2 };
    const outcome = await sortChunks(arriving(chunks), {
      ...sortOptions(folder, CSV),
      isRereadable: true,
      limits,
    });
    if (outcome.kind === 'sorted') await outcome.text.close();
    return outcome.kind;
  };
  const [first = '', ...rest] = lines;
  assert.equal(await sortLines(lines), 'in-order');
  assert.equal(await sortLines([...rest, first]), 'unordered');
  assert.equal(await sortLines([rest[0]!, first, ...rest.slice(1)]), 'sorted');
});

test('an aborted sort ends with the reason and leaves nothing behind', async (t) => {
  const folder = await folderWith(t, {});
  const stop = new AbortController();
  const line = (i: number): string => `2024-01-01T00:00:${String(60 - (i % 60)).padStart(2, '0')}Z,a,x,1\n`;
  async function* endless(): AsyncGenerator<Buffer, undefined> {
    yield Buffer.from('time,target,note,v\n');
    for (let i = 0; ; i++) {
      if (i === 5000) stop.abort(new Error('stop'));
      yield await Promise.resolve(Buffer.from(line(i)));
    }
  }
  const limits = { runBytes: 4000, fanIn: 3 };
  const options = { ...sortOptions(folder, CSV), signal: stop.signal, limits };
  await assert.rejects(sortChunks(endless(), options), /^Error: stop$/);
  assert.deepEqual(await readdir(folder), []);
});

test('a folder that takes no temporary files ends the sort', async (t) => {
  const folder = await folderWith(t, {});
  const chunks = cutEvery(Buffer.from(`time,target,note,v\n${'9,a,x,1\n8,a,x,1\n'.repeat(200)}`), 100);
  const options = { ...sortOptions(join(folder, 'missing'), CSV), limits: { runBytes: 4000, fanIn: 2 } };
  await assert.rejects(sortChunks(arriving(chunks), options), { code: 'output_io' });
});
