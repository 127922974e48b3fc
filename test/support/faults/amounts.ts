import { appendFileSync } from 'node:fs';

/** How much of the fault suite is tried, as scripts/run-faults.mjs passes it on; without it, a taste. */
export interface FaultAmounts {
  readonly seed: number;
  readonly kills: number;
  /** States of a disk after a power loss. */
  readonly states: number;
  /** Inputs of the fuzzer. */
  readonly cases: number;
  /** Runs whose input is changed under them. */
  readonly changes: number;
  /** Runs on a Ray cluster. */
  readonly rayRuns: number;
  /** Sliced runs with something wrong. */
  readonly slices: number;
  /** Only the case of this number; null: all. */
  readonly only: number | null;
  /** Everything, not a sample of it. */
  readonly all: boolean;
}

export const FAULTS: FaultAmounts = {
  seed: amount('FAULT_SEED', Math.floor(Math.random() * 1e9)),
  kills: amount('FAULT_KILLS', 20),
  states: amount('FAULT_STATES', 1000),
  cases: amount('FAULT_CASES', 100),
  changes: amount('FAULT_CHANGES', 4),
  rayRuns: amount('FAULT_RAY_RUNS', 1),
  slices: amount('FAULT_SLICES', 3),
  only: onlyCase(process.env['FAULT_ONLY']),
  all: process.env['FAULT_ALL'] === '1',
};

/** Not every test file numbers its cases; a name of another kind is none of ours. */
function onlyCase(name: string | undefined): number | null {
  return name === undefined ? null : Number(name);
}

function amount(name: string, otherwise: number): number {
  const text = process.env[name];
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${name}=${text} is no whole number`);
  return value;
}

/** Adds to what the suite says at its end: `200 kills`. */
export function tally(what: string, count: number): void {
  const path = process.env['FAULT_TALLY'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ what, count })}\n`);
}

/**
 * Runs case `index` of the test file that `pattern` selects, unless only another one is asked for.
 * What it throws says how to repeat it.
 */
export async function faultCase(
  pattern: string,
  index: number,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  if (FAULTS.only !== null && FAULTS.only !== index) return;
  try {
    await work();
  } catch (error) {
    const repeat = `npm run test:faults -- ${pattern} --seed ${FAULTS.seed} --only ${index}${FAULTS.all ? ' --all' : ''}`;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`case ${index}, ${what}\nrepeat it with: ${repeat}\n${message}`, { cause: error });
  }
}
