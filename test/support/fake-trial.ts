import { NoticeLog } from '#build/bench/notice-log.js';
import { Trial, type Machine, type TrialOptions } from '#build/bench/scenarios/trial.js';
import { rowsIn, type Answers, type Block } from '#build/core/block.js';
import type { PoolExecutor } from '#build/core/executor.js';
import type { ReadyFacts } from '#build/core/types.js';

import { loadOf } from './fake-runtime.js';
import { minuteTiming } from './timings.js';

/** What a fake machine's executors were asked, in order, on a clock that only they move. */
export interface FakeTrial {
  readonly trial: Trial;
  readonly machine: Machine;
  readonly events: string[];
  readonly clock: { now: number };
  /** Executors that were started and not stopped. */
  readonly open: Set<string>;
}

/** What an item costs by the fake clock, ms. */
const ITEM_MS = 1;

export const FAKE_READY: ReadyFacts = {
  backend: {
    name: 'wasm',
    versions: {},
    threads: 1,
    batchSize: null,
    reproducible: true,
    features: [],
  },
  model: { name: 'fake', version: '1', format: 'graph-model', digest: '', outputs: [], bundles: [] },
  input: { window: 2, columns: 'each', missing: 'hold' },
  actors: [],
  startMs: 100,
  notices: [{ level: 'info', text: 'a fake' }],
};

/** A trial whose pools compute nothing: each item takes `ITEM_MS`, answers come a turn of the event loop later. */
export function fakeTrial(changes: Partial<TrialOptions> = {}, ofMachine: Partial<Machine> = {}): FakeTrial {
  const events: string[] = [];
  const clock = { now: 0 };
  const open = new Set<string>();
  const machine: Machine = {
    now: () => clock.now,
    pause: (ms) => {
      clock.now += ms;
      return Promise.resolve();
    },
    open: (_, actors, needed) => {
      const executors = {
        pool: fakeExecutor('pool', actors, { events, clock, open }),
        solo: fakeExecutor('solo', 1, { events, clock, open }),
      };
      return {
        ...executors,
        start: async () => (await Promise.all(needed.map((name) => executors[name].start())))[0]!,
        stop: async () => {
          for (const name of needed) await executors[name].stop();
        },
      };
    },
    usage: () => ({ residentBytes: 100e6, proportionalBytes: 60e6, cpuMs: clock.now / 500, cpuStepMs: 10 }),
    processors: 2,
    ...ofMachine,
  };
  const trial = new Trial({
    load: loadOf(),
    actors: 2,
    items: 10,
    areItemsGiven: true,
    rounds: 2,
    timeMs: 1,
    endMs: 1e9,
    seed: 1,
    signal: new AbortController().signal,
    notices: new NoticeLog(() => undefined),
    onStep: () => undefined,
    isMeasured: () => false,
    machine,
    ...changes,
  });
  return { trial, machine, events, clock, open };
}

function fakeExecutor(
  name: 'pool' | 'solo',
  actors: number,
  { events, clock, open }: Omit<FakeTrial, 'trial' | 'machine'>,
): PoolExecutor {
  const ask: PoolExecutor['ask'] = async (slot, chunk, { style }) => {
    const items = itemsText(chunk);
    events.push(`send ${items} to ${slot} ${style}`);
    await new Promise((resolve) => setImmediate(resolve));
    clock.now += rowsIn(chunk) * ITEM_MS;
    events.push(`answer ${items} from ${slot}`);
    return answersTo(chunk);
  };
  const run: PoolExecutor['run'] = async (minute, { style }, using = actors) => {
    const items = rowsIn(minute);
    const wallMs = (items * ITEM_MS) / using;
    events.push(`${name} ${using} ${style}`);
    await new Promise((resolve) => setImmediate(resolve));
    clock.now += wallMs;
    const timing = { ...minuteTiming([]), items, wallMs };
    return { answers: answersTo(minute), timing };
  };
  return {
    name,
    actors,
    ask,
    run,
    start: () => {
      open.add(name);
      clock.now += 100;
      const facts = Array.from({ length: actors }, (_, i) => ({
        name: `actor-${i + 1}`,
        pid: i + 1,
        loadMs: 60,
        warmupMs: 10,
        readyAtMs: clock.now,
      }));
      return Promise.resolve({ ...FAKE_READY, actors: facts });
    },
    stop: () => {
      open.delete(name);
      return Promise.resolve();
    },
  };
}

/** `0-4` for the first four items of a synthetic minute. */
function itemsText({ targets }: Block): string {
  const start = Number(targets[0]?.replace('target-', '')) - 1;
  return `${start}-${start + targets.length}`;
}

/** Answers to a minute whose rows are all items; the score of one is its window's first value. */
function answersTo({ targets, values, intervals, width }: Block): Answers {
  const items = targets.length;
  return {
    rowOffsets: Uint32Array.of(0, items),
    statuses: new Uint8Array(items),
    scores: Float32Array.from({ length: items }, (_, item) => values[item * intervals * width]!),
    anomalies: new Uint8Array(items),
    lines: null,
    outputs: { values: new Float32Array(), offsets: new Uint32Array(items + 1) },
  };
}
