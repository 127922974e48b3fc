import type { Reject } from '../core/types.js';

/** The lines of `rejects.jsonl`: where each rejected record stood, why, and its own text. */
export function rejectLines(rejects: readonly Reject[]): string {
  return rejects.map((reject) => `${JSON.stringify(fields(reject))}\n`).join('');
}

function fields({ source, reason, message }: Reject): Record<string, unknown> {
  const raw = source.raw();
  return {
    file: source.file,
    line: source.line,
    byteOffset: source.byteOffset,
    ...(source.item === undefined ? {} : { item: source.item }),
    reason,
    message,
    raw: raw.text,
    ...(raw.encoding === 'utf8' ? {} : { rawEncoding: raw.encoding }),
  };
}
