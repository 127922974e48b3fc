import assert from 'node:assert/strict';

/** Below this a measurement is mostly noise. */
const LEAST_MS = 4;
/** Of the larger input. */
const LARGEST = 2 ** 21;
const ROUNDS = 3;
/** Four doublings take linear code 16 times as long and quadratic code 256 times; caches and garbage cost something. */
const GROWTH = 16;
const MOST_GROWTH = 80;

/**
 * Asserts that processor time grows with the input and not with its square. `make` prepares an input of a size,
 * so that only `run` is measured. The best of several rounds counts, and only this process's own time.
 */
export async function assertLinear<T>(
  what: string,
  make: (size: number) => T,
  run: (input: T) => unknown,
): Promise<void> {
  let size = 256;
  while (size < LARGEST / GROWTH && (await bestTime(make(size), run)) < LEAST_MS) size *= 2;
  const small = await bestTime(make(size), run);
  const large = await bestTime(make(GROWTH * size), run);
  assert.ok(
    large <= MOST_GROWTH * Math.max(small, LEAST_MS),
    `${what}: ${small.toFixed(1)} ms for ${size}, ${large.toFixed(1)} ms for ${GROWTH} times as much`,
  );
}

async function bestTime<T>(input: T, run: (input: T) => unknown): Promise<number> {
  let best = await timeOf(input, run);
  // Rounds cost what they measure: code that grows too fast is not run again and again.
  for (let round = 1; round < ROUNDS && best < 1000; round++) {
    best = Math.min(best, await timeOf(input, run));
  }
  return best;
}

async function timeOf<T>(input: T, run: (input: T) => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run(input);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
