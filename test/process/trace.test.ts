import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { TraceEvent } from '#build/report/trace.js';

import { LIGHT, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { assertLanesNest, isSlice, lanesOf, traceEvents, waysOf, type Slice } from '../support/traces.js';

interface TimingLine {
  readonly minute: string;
  readonly minutes: number;
  readonly items: number;
  readonly gatherMs: number;
  readonly chunks: readonly Readonly<Record<string, number>>[];
}

interface Traced {
  readonly events: readonly TraceEvent[];
  /** The blocks that had items. */
  readonly lines: readonly TimingLine[];
}

/** Serves 12 targets for 80 minutes, of which 59 are warm-up. */
async function traced(t: TestContext, ...flags: readonly string[]): Promise<Traced> {
  const cwd = temporaryFolder(t);
  const rows = Array.from({ length: 80 * 12 }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1) + Math.floor(i / 12) * 60_000).toISOString();
    return `${time},t${String(i % 12).padStart(2, '0')},${100 + Math.sin(i / 9)}`;
  });
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows.join('\n')}\n`);
  const always = ['--trace', '--compare', 'none', ...LIGHT, '--out', 'out'];
  const result = await callCli(['replay', 'data.csv', ...always, ...flags], { cwd });
  assert.equal(result.status, 0, result.stderr);
  const lines = readFileSync(join(cwd, 'out/timing.jsonl'), 'utf8').trimEnd().split('\n');
  return {
    events: traceEvents(readFileSync(join(cwd, 'out/trace.json'), 'utf8')),
    lines: lines.map((line) => JSON.parse(line) as TimingLine).filter(({ items }) => items > 0),
  };
}

/** Each chunk's slices on its actor's lane: `chunk` itself first, then what lies in it. */
function chunksOf(events: readonly TraceEvent[]): [Slice, ...Slice[]][] {
  const chunks: [Slice, ...Slice[]][] = [];
  for (const slices of lanesOf(events).values()) {
    for (const slice of slices) {
      if (slice.name === 'chunk') chunks.push([slice]);
      else if (['decode', 'normalize', 'predict', 'reply'].includes(slice.name) && slice.tid > 1000) {
        chunks.at(-1)?.push(slice);
      }
    }
  }
  return chunks;
}

const lengthOf = (slices: readonly Slice[]): number => slices.reduce((sum, { dur }) => sum + dur, 0);

test('the slices of a chunk add up to its service time', async (t) => {
  const { events, lines } = await traced(t, '--actors', '3', '--inflight', '1', '--block', '1');
  assertLanesNest(events);
  const ways = waysOf(events);
  const decoded = new Map(
    events
      .filter(isSlice)
      .filter(({ name, tid }) => name === 'decode' && tid < 1000)
      .map(({ bind_id, dur }) => [bind_id, dur]),
  );
  const chunks = chunksOf(events);
  assert.equal(chunks.length, 21 * 3);
  let added = 0;
  for (const [chunk, ...inside] of chunks) {
    const { minute, serviceMs } = chunk.args as { minute: string; serviceMs: number };
    const line = lines.find((one) => one.minute === minute);
    const timing = line?.chunks.find(({ actor }) => actor === chunk.tid - 1001);
    assert.equal(timing?.['serviceMs'], serviceMs);
    // An answer that came before the parent turned to it leaves nothing for the pipe, and no sum to check.
    if (timing['pipeMs'] === 0) continue;
    added++;
    const back = decoded.get(chunk.bind_id) ?? NaN;
    const pipe =
      (ways.get(`pipe there ${chunk.bind_id}`) ?? NaN) + (ways.get(`pipe back ${chunk.bind_id}`) ?? NaN);
    const drawn = chunk.dur + pipe + back;
    assert.ok(Math.abs(drawn - 1000 * serviceMs) < 2, `${drawn} µs drawn of ${serviceMs} ms`);
    // The pipe's share is all that is neither decoding nor serving.
    const waiting = chunk.dur - lengthOf(inside);
    assert.ok(Math.abs(pipe + waiting - 1000 * (timing['pipeMs'] ?? NaN)) < 2);
  }
  assert.ok(added > 0);
});

test('every actor has a track, and overlapping blocks have separate ones', async (t) => {
  const { events, lines } = await traced(t, '--actors', '2', '--inflight', '3', '--block', '1');
  assertLanesNest(events);
  const names = events.filter(({ name }) => name === 'thread_name').map(({ args }) => args?.['name']);
  assert.match(names.join(), /^actor-1 \(pid \d+\),actor-2 \(pid \d+\),blocks/);
  const minutes = events.filter(({ ph, name }) => ph === 'X' && name.startsWith('2024-'));
  assert.deepEqual(
    minutes.map(({ name }) => name),
    lines.map(({ minute }) => minute),
  );
  assert.equal(lines.length, 21);
  for (const name of ['load', 'warm up']) {
    assert.equal(events.filter((event) => event.name === name).length, 2);
  }
  assert.equal(events.filter(({ name }) => name === 'encode').length, 42);
  assert.equal(events.filter(({ name, tid }) => name === 'decode' && tid < 1000).length, 42);
});

test('a block of several minutes is one slice, with as many chunks as a minute', async (t) => {
  const { events, lines } = await traced(t, '--actors', '2', '--block', '30');
  assertLanesNest(events);
  assert.deepEqual(
    events.filter(({ ph, name }) => ph === 'X' && name.startsWith('2024-')).map(({ name }) => name),
    lines.map(({ minute, minutes }) => (minutes === 1 ? minute : `${minute}, ${minutes} minutes`)),
  );
  assert.ok(lines.some(({ minutes }) => minutes > 1));
  assert.equal(chunksOf(events).length, 2 * lines.length);
});

test('a sequential run has one track, without a pipe', async (t) => {
  const { events } = await traced(t, '--mode', 'sequential');
  assertLanesNest(events);
  assert.equal(waysOf(events).size, 0);
  const names = new Set(
    events.filter(({ ph, name }) => ph === 'X' && !name.startsWith('2024-')).map(({ name }) => name),
  );
  assert.deepEqual([...names].sort(), ['chunk', 'load', 'normalize', 'predict', 'reply', 'warm up']);
});

test('--trace needs an output folder', async (t) => {
  const cwd = temporaryFolder(t);
  const result = await callCli(['replay', '-', '--trace', '--out', '-'], { cwd });
  assert.equal(result.status, 64);
  assert.match(result.stderr, /--trace needs an output folder/);
  assert.ok(!existsSync(join(cwd, 'trace.json')));
});
