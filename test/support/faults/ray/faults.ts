import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { partOfName, partsFolder, planPath } from '#build/cluster/run-layout.js';
import type { RandomStream } from '#build/core/random.js';

import type { RayCluster } from '../../ray/cluster.js';
import { killProcess, processesWith } from './processes.js';
import { withOtherDigit, type RayInput } from './recording.js';

/** What a fault may strike. */
export interface Struck {
  readonly cluster: RayCluster;
  readonly random: RandomStream;
  /** Of the run. */
  readonly out: string;
  readonly slices: number;
  readonly inputs: readonly RayInput[];
  /** Whether the run has ended. */
  readonly isOver: () => boolean;
  /** Sends a signal to the command. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Runs the command once more beside itself; keeps how it ended. */
  readonly runBeside: () => Promise<void>;
  /** Runs a slice by hand. */
  readonly runSlice: (slice: number) => Promise<void>;
}

/** Strikes once; resolves to whether there was anything to strike. */
type Fault = (struck: Struck) => Promise<boolean>;

const kill =
  (find: (struck: Struck) => number[] | Promise<number[]>): Fault =>
  async (struck) => {
    const found = await waitFor(struck, async () => {
      const pids = await find(struck);
      return pids.length > 0 ? pids : null;
    });
    if (found === null) return false;
    killProcess(drawn(found, struck.random));
    return true;
  };

export const RAY_FAULTS = {
  actor: kill(({ cluster }) => processesWith('actor/main.js', cluster.folder)),
  slice: kill(({ out }) => processesWith('aiops-serve.js slice', planPath(out))),
  worker: kill(async ({ cluster }) => [...((await cluster.tell('workers')).workers ?? [])]),
  driver: kill(({ out }) => processesWith('ray_driver.py', planPath(out))),
  raylet: loseNode('kill-raylet'),
  node: loseNode('kill-node'),
  head: async ({ cluster, isOver }) => {
    if (isOver()) return false;
    await cluster.tell('restart-head');
    return true;
  },
  merge: async (struck) => ends(struck, 'SIGKILL'),
  interrupt: async (struck) => ends(struck, 'SIGINT'),
  second: async ({ isOver, runBeside }) => {
    if (isOver()) return false;
    await runBeside();
    return true;
  },
  twice: async (struck) => {
    const { out, slices, random, runSlice } = struck;
    const slice = random.nextInteger(1, slices);
    if ((await waitFor(struck, () => existsSync(planPath(out)) || null)) === null) return false;
    await runSlice(slice);
    return true;
  },
  damage: async (struck) => (await waitFor(struck, () => damagePart(struck))) ?? false,
  input: async ({ inputs, random, isOver }) => {
    if (isOver()) return false;
    const input = drawn(inputs, random);
    const text = withOtherDigit(input, random);
    if (random.nextInteger(0, 1) === 0) {
      writeFileSync(`${input.path}.new`, text);
      renameSync(`${input.path}.new`, input.path);
    } else {
      writeFileSync(input.path, text, { flag: 'r+' });
    }
    return true;
  },
} as const satisfies Record<string, Fault>;

export type RayFaultName = keyof typeof RAY_FAULTS;

function loseNode(command: string): Fault {
  return async ({ cluster, random, isOver }) => {
    if (isOver()) return false;
    await cluster.tell(`${command} ${random.nextInteger(0, 2)}`);
    await cluster.tell('add-node');
    return true;
  };
}

async function ends({ isOver, signal }: Struck, name: NodeJS.Signals): Promise<boolean> {
  if (isOver()) return false;
  signal(name);
  return true;
}

/** Flips a bit somewhere in a complete part; null if there is none. */
function damagePart({ out, random }: Struck): true | null {
  const parts = partsFolder(out);
  const names = existsSync(parts) ? readdirSync(parts).filter((name) => partOfName(name) !== null) : [];
  if (names.length === 0) return null;
  const name = drawn(['results.jsonl', 'rejects.jsonl', 'timing.jsonl', 'journal.jsonl'], random);
  const path = join(parts, drawn(names, random), name);
  try {
    const bytes = readFileSync(path);
    if (bytes.length === 0) return null;
    bytes[random.nextInteger(0, bytes.length - 1)]! ^= 1;
    writeFileSync(path, bytes, { flag: 'r+' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null; // it was merged since
    throw error;
  }
}

async function waitFor<T>({ isOver }: Struck, find: () => T | null | Promise<T | null>): Promise<T | null> {
  while (!isOver()) {
    const found = await find();
    if (found !== null) return found;
    await sleep(100);
  }
  return null;
}

function drawn<T>(values: readonly T[], random: RandomStream): T {
  return values[random.nextInteger(0, values.length - 1)]!;
}
