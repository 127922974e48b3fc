import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gather } from '#build/bench/scenarios/gather.js';
import { granularity } from '#build/bench/scenarios/granularity.js';
import { idle } from '#build/bench/scenarios/idle.js';
import { poolSizes } from '#build/bench/scenarios/pool-sizes.js';
import { reload } from '#build/bench/scenarios/reload.js';
import { runScenario } from '#build/bench/scenarios/measure-scenario.js';
import { scenarioReport, scenarioTable, SCENARIO_BY_NAME } from '#build/bench/scenarios/scenario-report.js';
import { countsUpTo, type Machine } from '#build/bench/scenarios/trial.js';
import { AiopsError } from '#build/core/errors.js';

import { FAKE_READY, fakeTrial } from '../../support/fake-trial.js';

test('gather: in turn, each chunk is answered before the next one is sent; at once, all are sent before', async () => {
  const { trial, events, open } = fakeTrial({ actors: 3 });
  const result = await gather.measure(trial);
  const inTurn = [
    'send 0-4 to 0 batched',
    'answer 0-4 from 0',
    'send 4-7 to 1 batched',
    'answer 4-7 from 1',
    'send 7-10 to 2 batched',
    'answer 7-10 from 2',
  ];
  const sends = inTurn.filter((event) => event.startsWith('send'));
  const atOnce = [...sends, ...inTurn.filter((event) => event.startsWith('answer'))];
  const minutes = Array.from({ length: events.length / 6 }, (_, i) => events.slice(i * 6, i * 6 + 6));
  // The warm-up has each way once, a turn six minutes; turns change places from round to round.
  const turn = (minute: readonly string[]): string[][] => Array.from({ length: 6 }, () => [...minute]);
  assert.deepEqual(minutes, [
    inTurn,
    atOnce,
    ...turn(inTurn),
    ...turn(atOnce),
    ...turn(atOnce),
    ...turn(inTurn),
  ]);
  assert.ok(result !== null);
  assert.equal(result.answers.identical, true);
  assert.equal(result.rounds, 2);
  assert.deepEqual([...open], []);
});

test('granularity: every call is sent before the first answer, to actors in turn, and no item is lost', async () => {
  const { trial, events, open } = fakeTrial({ items: 11, rounds: 1, timeMs: 0 });
  const result = await granularity.measure(trial);
  const waves: string[][] = [];
  let answering = true;
  for (const event of events) {
    if (event.startsWith('send') && answering) waves.push([]);
    answering = event.startsWith('answer');
    waves[waves.length - 1]!.push(event);
  }
  const sent = waves.map((wave) => wave.filter((event) => event.startsWith('send')));
  assert.ok(waves.every((wave, i) => wave.length === sent[i]!.length * 2));
  // The warm-up is two calls an actor gets its share of, twice; then the whole work.
  assert.deepEqual(
    sent.map((wave) => wave.length),
    [10, 2, 2, 10, 2, 2, 11, 3, 3],
  );
  assert.deepEqual(sent[7], ['send 0-5 to 0 per-item', 'send 0-5 to 1 per-item', 'send 0-1 to 0 per-item']);
  assert.deepEqual(
    sent[8],
    sent[7].map((event) => event.replace('per-item', 'batched')),
  );
  const tiny = sent[6]!;
  assert.ok(tiny.every((event, i) => event.endsWith(`to ${i % 2} per-item`)));
  assert.equal(tiny.filter((event) => event.startsWith('send 4-5')).length, 2);
  assert.ok(result !== null);
  assert.equal(result.items, 11);
  assert.deepEqual(
    Object.values(result.ways).map(({ calls, itemsPerCall }) => [calls, itemsPerCall]),
    [
      [11, 1],
      [3, 5],
      [3, 5],
    ],
  );
  assert.equal(result.answers.identical, true);
  assert.deepEqual([...open], []);
});

test('granularity: many calls take few minutes in turn, so that memory does not grow with them', async () => {
  const { machine } = fakeTrial();
  const minutes = new Set<ArrayBufferLike>();
  const open: Machine['open'] = (...args) => {
    const executors = machine.open(...args);
    const ask: typeof executors.pool.ask = (slot, chunk, request) => {
      minutes.add(chunk.values.buffer);
      return executors.pool.ask(slot, chunk, request);
    };
    return { ...executors, pool: { ...executors.pool, ask } };
  };
  const { trial } = fakeTrial({ items: 20_000, rounds: 1, timeMs: 0, machine: { ...machine, open } });
  const result = await granularity.measure(trial);
  assert.deepEqual([result?.items, result?.ways['big-batched'].calls], [20_000, 20]);
  // The warm-up has two minutes, one for each actor.
  assert.ok(minutes.size <= 16 + 2, `${minutes.size} minutes`);
});

test('granularity: the default items are cut to what fits; items that were asked for are not', async () => {
  // An item takes 1 ms in each of three ways, a big call has 1000, and 30 s are left.
  const cut = await granularity.measure(
    fakeTrial({ items: 100_000, areItemsGiven: false, endMs: 42_100 }).trial,
  );
  assert.deepEqual([cut?.items, cut?.wantedItems, cut?.rounds], [10_000, 100_000, 1]);
  const whole = await granularity.measure(fakeTrial({ items: 12_000, endMs: 42_100 }).trial);
  assert.deepEqual([whole?.items, whole?.wantedItems, whole?.rounds], [12_000, 12_000, 1]);
});

test('reload: a process per call, with the parts of its time, and none left', async () => {
  const { trial, events, open } = fakeTrial();
  const result = await reload.measure(trial);
  const calls = (name: string): number => events.filter((event) => event.startsWith(name)).length;
  assert.deepEqual([calls('solo'), calls('pool')], [3, 11]);
  assert.ok(result !== null);
  const { partsMs, fresh, actor, slowdown } = result;
  assert.deepEqual(
    Object.values(partsMs).map(({ value }) => value),
    [30, 60, 10, 10, 0],
  );
  assert.deepEqual([fresh.roundMs, actor.roundMs, slowdown.value], [[110, 110], [10, 10], 11]);
  assert.deepEqual([...open], []);
});

test('pool: one process and each number of actors on the same minutes', async () => {
  const { trial, events, open } = fakeTrial({ actors: 4, items: 12 });
  const result = await poolSizes.measure(trial);
  assert.ok(result !== null);
  assert.deepEqual(
    result.sizes.map(({ actors, medianMs, speedup }) => [actors, medianMs.value, speedup.value]),
    [
      [1, 12, 1],
      [2, 6, 2],
      [3, 4, 3],
      [4, 3, 4],
    ],
  );
  assert.equal(result.sequential.medianMs.value, 12);
  assert.deepEqual(
    result.sizes.map(({ efficiency, serialFraction }) => [efficiency, serialFraction]),
    [
      [1, null],
      [1, 0],
      [1, 0],
      [1, 0],
    ],
  );
  assert.equal(result.bestActors, 4);
  assert.ok(events.every((event) => event.endsWith('batched')));
  assert.deepEqual([...open], []);
});

test('idle: memory and processor time of an actor and of all, for every number of them', async () => {
  const { trial, open } = fakeTrial({ actors: 3, timeMs: 3000 });
  const result = await idle.measure(trial);
  const mostly = (value: number) => ({ value, low: value, high: value });
  assert.deepEqual(
    result?.counts.map(({ cpuMsPerS, ...rest }) => [rest, cpuMsPerS.value.toFixed(6)]),
    [1, 2, 3].map((actors) => [
      {
        actors,
        residentBytes: mostly(100e6),
        proportionalBytes: mostly(60e6),
        totalBytes: actors * 60e6,
      },
      '2.000000',
    ]),
  );
  assert.deepEqual([...open], []);
});

test('idle: each actor is one sample, the median of its watches', async () => {
  // Three actors of 10, 20 and 30 MB; the first grows to 100 MB in a single watch.
  const asked = new Map<number, number>();
  const usage = (pid: number) => {
    const time = (asked.get(pid) ?? 0) + 1;
    asked.set(pid, time);
    const bytes = pid === 1 && time % 4 === 3 ? 100e6 : pid * 10e6;
    return { residentBytes: bytes, proportionalBytes: null, cpuMs: pid * time, cpuStepMs: 10 };
  };
  const result = await idle.measure(fakeTrial({ actors: 3, timeMs: 3000 }, { usage }).trial);
  const three = result?.counts.find(({ actors }) => actors === 3);
  assert.deepEqual(three?.residentBytes, { value: 20e6, low: 10e6, high: 30e6 });
  const { value, low, high } = three.cpuMsPerS;
  assert.deepEqual([value, low, high].map(Math.round), [2, 1, 3]);
});

test('idle: no actor starts if the system does not report its use', async () => {
  const usage = (): never => {
    throw new AiopsError('unsupported', 'not here');
  };
  const { trial, events, clock } = fakeTrial({}, { usage });
  await assert.rejects(idle.measure(trial), { code: 'unsupported' });
  assert.deepEqual([events, clock.now], [[], 0]);
});

test('batch sizes are distinguished, and a setup that auto repeats is measured once', async () => {
  // Three setups, of which the third turns out to be the first.
  const sizes = [null, 64, null];
  let opened = 0;
  const { machine, trial } = fakeTrial();
  const open: Machine['open'] = (load, actors, needed) => {
    const batchSize = sizes[opened++]!;
    const executors = machine.open(load, actors, needed);
    const backend = { ...FAKE_READY.backend, batchSize };
    return {
      ...executors,
      start: async (signal) => {
        const ready = await executors.start(signal);
        return ready === null ? null : { ...ready, backend };
      },
    };
  };
  const { load, ...options } = trial.options;
  const run = {
    ...options,
    ...{ loads: sizes.map(() => load), limitMs: 1e9, machine: { ...machine, open } },
    onNotice: () => undefined,
  };
  const summary = await runScenario('gather', run);
  assert.ok(summary !== null);
  assert.equal(opened, 3);
  assert.deepEqual(
    scenarioTable(summary).rows.map((row) => row[1]?.fields[0]),
    ['wasm', 'wasm', 'wasm with batches of 64', 'wasm with batches of 64'],
  );
  assert.match(scenarioReport(summary), /^On wasm: .*\nOn wasm with batches of 64: /m);
  assert.ok(summary.notices.some(({ text }) => text === 'wasm has already been measured'));
});

test('every scenario ends without a result, and without an actor, once the signal is given', async () => {
  for (const [name, { measure }] of Object.entries(SCENARIO_BY_NAME)) {
    for (const abortAt of ['warm-up', '1 waiting', 'round 1', 'round 2']) {
      const aborter = new AbortController();
      const { trial, open } = fakeTrial({
        signal: aborter.signal,
        rounds: 3,
        onStep: (text) => {
          if (text === abortAt) aborter.abort();
        },
      });
      const result = await measure(trial);
      assert.equal(result === null, aborter.signal.aborted, `${name} ${abortAt}`);
      assert.deepEqual([...open], [], `${name} ${abortAt}`);
    }
  }
});

test('few numbers of actors are all measured, of many the powers of two', () => {
  assert.deepEqual(countsUpTo(1), [1]);
  assert.deepEqual(countsUpTo(4), [1, 2, 3, 4]);
  assert.deepEqual(countsUpTo(12), [1, 2, 4, 8, 12]);
  assert.deepEqual(countsUpTo(16), [1, 2, 4, 8, 16]);
});
