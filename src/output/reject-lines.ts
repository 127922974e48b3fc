import type { Reject } from '../core/types.js';

/** The lines of `rejects.jsonl`: where each rejected record was, why it was rejected, and its original text. */
export function rejectLines(rejects: readonly Reject[]): string {
  return rejects.map((reject) => `${JSON.stringify(rejectFields(reject))}\n`).join('');
}

function rejectFields({ source, reason, message }: Reject): Record<string, unknown> {
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
