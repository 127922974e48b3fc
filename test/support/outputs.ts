import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';

import { openOutput, type OpenOutputOptions } from '#build/output/open-output.js';
import type { RunOutput, RunOutputOptions } from '#build/output/run-output.js';

/** Everything as JSON lines, rejects in the folder, without a trace. */
export const PLAIN = {
  format: 'jsonl',
  rejectsFile: null,
  trace: false,
  anomaliesOnly: false,
  fullOutput: false,
} as const;

/** Opens an output as a command without flags does, except for `changes`. */
export function openPlain(
  out: string,
  changes: Partial<RunOutputOptions> = {},
  options: OpenOutputOptions = {},
  stdout = new PassThrough(),
): Promise<RunOutput> {
  return openOutput({ ...PLAIN, out, ...changes }, stdout, options);
}

/** The same, closed when the test ends. */
export async function openForTest(
  t: TestContext,
  out: string,
  changes: Partial<RunOutputOptions> = {},
  options: OpenOutputOptions = {},
): Promise<RunOutput> {
  const output = await openPlain(out, changes, options);
  t.after(() => output.close());
  return output;
}

/** A line of results; which one is of no importance to the output. */
export function resultLine(minute: number): Uint8Array {
  const at = new Date(minute * 60_000).toISOString();
  return Buffer.from(`${at},target-a,,warmup,,,,,,\n`);
}
