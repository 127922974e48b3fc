import type { Label, MinuteBatch, MinuteRecord, Reject, SourceLine } from '#build/core/types.js';

export const MINUTE_MS = 60_000;

/** A place for records and rejects whose place does not matter. */
function sourceLine(text = 'raw text', place: Partial<SourceLine> = {}): SourceLine {
  return { file: 'data.csv', line: 2, byteOffset: 27, raw: () => ({ text, encoding: 'utf8' }), ...place };
}

export function record(
  tick: number,
  target: string,
  values: readonly number[],
  more: { label?: Label; bringsWindow?: boolean } = {},
): MinuteRecord {
  return {
    minuteMs: tick * MINUTE_MS,
    offsetMs: 0,
    target,
    values: Float64Array.from(values),
    bringsWindow: more.bringsWindow ?? false,
    label: more.label ?? null,
    source: sourceLine(),
  };
}

export function minuteBatch(tick: number, records: readonly MinuteRecord[]): MinuteBatch {
  return { minuteMs: tick * MINUTE_MS, records };
}

/** A rejected record, at a place that does not matter. */
export function reject(
  message: string,
  more: Partial<Pick<Reject, 'reason'>> & Partial<Pick<SourceLine, 'line'>> = {},
): Reject {
  const { reason = 'bad_value', ...place } = more;
  return { target: 'a', minuteMs: 0, source: sourceLine('raw text', place), reason, message };
}
