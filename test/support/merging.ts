import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';

import { merge, type MergeContext, type MergeOutcome, type MergeStep } from '#build/cluster/merge/merge.js';
import { entriesOf, ofKind } from '#build/output/growing-files.js';
import { growingPaths } from '#build/output/output-paths.js';

import { writePart, type CutRun } from './cut-run.js';

interface Merging {
  readonly follow?: boolean;
  readonly context?: Partial<MergeContext>;
}

/** Merges what is there; nothing asks it to stop. */
export async function merged(
  { plan, config }: Pick<CutRun, 'plan' | 'config'>,
  { follow = false, context = {} }: Merging = {},
): Promise<{ outcome: MergeOutcome; notices: string[]; steps: MergeStep[] }> {
  const notices: string[] = [];
  const steps: MergeStep[] = [];
  const never = new AbortController().signal;
  const outcome = await merge(
    plan,
    config,
    { follow },
    {
      ...{ stdin: Readable.from([]), signal: never, graceOver: never, onActorLine: () => undefined },
      onNotice: ({ text }) => notices.push(text),
      onMerged: (step) => steps.push(step),
      ...context,
    },
  );
  return { outcome, notices, steps };
}

/** Holds that a merged run has the bytes of the local run. */
export function assertLocalBytes({ local: bytes, config }: CutRun): void {
  const { output } = config;
  for (const [kind, path] of entriesOf(growingPaths(output.out, output, null)))
    assert.equal(readFileSync(path, 'utf8'), ofKind(bytes, kind).toString(), kind);
}

/** Writes the parts of some slices. */
export async function writeParts(run: CutRun, numbers: readonly number[], attempt = 'a'): Promise<void> {
  for (const number of numbers) await writePart(run, number, attempt);
}

/** Does it to a file. */
type Damage = (path: string) => void;

export const FLIPPED: Damage = (path) => {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(path, bytes);
};
export const CUT: Damage = (path) => writeFileSync(path, readFileSync(path).subarray(0, -10));
export const LONGER: Damage = (path) => writeFileSync(path, '{}\n', { flag: 'a' });
