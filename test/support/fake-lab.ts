import type { Answers, CallStyle, Executor, ItemBatch, MinuteRun, ReadyFacts } from '#dist/core/types.js';
import type { LabTools, Station } from '#dist/bench/scenarios/lab.js';

import { loadOf } from './fake-runtime.js';
import { minuteTiming } from './timings.js';

/** What a fake lab's executors were asked, in order, on a clock that only they move. */
export interface FakeLab {
  readonly station: Station;
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

/** A station whose pools compute nothing: each item takes `ITEM_MS`, answers come a turn of the event loop later. */
export function fakeLab(changes: Partial<Station> = {}, tools: Partial<LabTools> = {}): FakeLab {
  const events: string[] = [];
  const clock = { now: 0 };
  const open = new Set<string>();
  const station: Station = {
    load: loadOf(),
    loads: [loadOf()],
    actors: 2,
    items: 10,
    rounds: 2,
    timeMs: 1,
    limitMs: 1e9,
    endMs: 1e9,
    seed: 1,
    signal: new AbortController().signal,
    onNotice: () => undefined,
    onStep: () => undefined,
    isKnown: () => false,
    tools: {
      now: () => clock.now,
      pause: (ms) => {
        clock.now += ms;
        return Promise.resolve();
      },
      openPool: (_, actors) => fakePool('pool', actors, { events, clock, open }),
      openSolo: () => fakePool('solo', 1, { events, clock, open }),
      usage: () => ({ residentBytes: 100e6, proportionalBytes: 60e6, cpuMs: clock.now / 500, cpuStepMs: 10 }),
      processors: 2,
      ...tools,
    },
    ...changes,
  };
  return { station, events, clock, open };
}

function fakePool(
  name: 'pool' | 'solo',
  actors: number,
  { events, clock, open }: Omit<FakeLab, 'station'>,
): Executor {
  const ask: Executor['ask'] = async (slot, batch, { start, end }, style) => {
    events.push(`send ${start}-${end} to ${slot} ${style}`);
    await new Promise((resolve) => setImmediate(resolve));
    clock.now += (end - start) * ITEM_MS;
    events.push(`answer ${start}-${end} from ${slot}`);
    return answersTo(batch, start, end);
  };
  const run = async (batch: ItemBatch, style: CallStyle, using = actors): Promise<MinuteRun> => {
    const items = batch.targets.length;
    const wallMs = (items * ITEM_MS) / using;
    events.push(`${name} ${using} ${style}`);
    await new Promise((resolve) => setImmediate(resolve));
    clock.now += wallMs;
    const timing = { ...minuteTiming([]), items, wallMs };
    return { answers: answersTo(batch, 0, items), timing };
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

/** The score of an item is its first value. */
function answersTo({ values, window, width }: ItemBatch, start: number, end: number): Answers {
  const items = end - start;
  return {
    scores: Float32Array.from({ length: items }, (_, i) => values[(start + i) * window * width]!),
    anomalies: new Uint8Array(items),
    outputs: new Float32Array(),
    outputOffsets: new Uint32Array(items + 1),
    errors: new Map(),
  };
}
