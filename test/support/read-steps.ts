import type { InputPosition } from '#build/core/input-position.js';
import type { ReadStep } from '#build/core/types.js';
import type { Recording } from '#build/read/recording.js';

/** A step as plain data that can be compared. */
export interface PlainStep {
  readonly minuteMs: number | null;
  readonly records: readonly (readonly unknown[])[];
  readonly lookBack: boolean;
  readonly positions: readonly InputPosition[] | null;
  readonly isTail: boolean;
  readonly account: readonly [found: number, merged: number, filtered: number];
  readonly rejects: readonly (readonly unknown[])[];
}

export async function plainSteps(recording: Recording): Promise<PlainStep[]> {
  const steps: PlainStep[] = [];
  try {
    for await (const step of recording.steps()) steps.push(plainStep(step));
  } finally {
    await recording.close();
  }
  return steps;
}

function plainStep({
  batch,
  lookBack,
  positions,
  isTail,
  found,
  merged,
  filtered,
  rejects,
}: ReadStep): PlainStep {
  return {
    minuteMs: batch?.minuteMs ?? null,
    records: (batch?.records ?? []).map(({ target, values, label, source }) => [
      target,
      values.join(),
      label,
      source.file,
      source.line,
      source.byteOffset,
      source.item,
    ]),
    lookBack,
    positions,
    isTail,
    account: [found, merged, filtered],
    rejects: rejects.map(({ source, reason, message }) => {
      const { file, line, byteOffset, item } = source;
      return [file, line, byteOffset, item, reason, message, source.raw().text];
    }),
  };
}
