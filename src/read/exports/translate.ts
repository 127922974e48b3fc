import { AiopsError, type Notice } from '../../core/errors.js';
import type { ReadOptions } from '../options.js';
import type { ExportFormat, ExportTable } from './export.js';
import { EXPORT_FORMATS } from './formats.js';

/** An input that is an export, whose text is that of a table in its place. */
export interface Exported
  extends Pick<ExportFormat, 'name' | 'what' | 'evidence' | 'isBySeries'>, ExportTable {
  /** What was found in it so far, as a phrase. */
  found(): string;
  /** Metrics that have a number; complete once it was read to its end. */
  metrics(): readonly string[];
  /** What a reader should know of it; complete once it was read to its end. */
  notices(): readonly Notice[];
}

/** An export as the table that it is translated to. */
export interface TranslatedText {
  readonly exported: Exported;
  readonly chunks: AsyncGenerator<Buffer, undefined>;
  /** Roughly the offset in the export of an offset in the table that was read. */
  inputOffset(tableOffset: number): number;
}

/** So much of a text shows what it is. */
export const HEAD_BYTES = 16_384;
const SAYS_NOTHING = /^\s*(?:[[{]|"?sep=.{0,2}"?)?\s*$/;

/**
 * The beginning of a text, by which it is recognized: up to the end of its first line that says something, so that a
 * live feed need not send more than a record, or 16 KiB. Null: it takes more bytes.
 */
export function headOf(bytes: Buffer, hasEnded: boolean): string | null {
  const text = bytes.toString('utf8', 0, HEAD_BYTES);
  const isSpread = /^\s*(?:\[\s*)?\{\s*\n/.test(text); // no feed of records begins like this
  for (let start = 0; !isSpread;) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    if (!SAYS_NOTHING.test(text.slice(start, end))) return text.slice(0, end);
    start = end + 1;
  }
  return hasEnded || bytes.length >= HEAD_BYTES ? text : null;
}

/** Which export a text is, by its beginning and `--format`; null: it is none, or is to be read as it is. */
export function exportFormat(head: string, format: ReadOptions['format']): ExportFormat | null {
  return (
    EXPORT_FORMATS.find((each) => (format === 'auto' ? each.begins(head) : each.name === format)) ?? null
  );
}

/**
 * Translates an export while it is read.
 *
 * @throws AiopsError `input_unusable`: no columns can be found in it; and what its chunks throw, as those of the table
 *   do
 */
export async function translated(
  file: string,
  text: AsyncGenerator<Buffer, undefined>,
  format: ExportFormat,
  options: ReadOptions,
): Promise<TranslatedText> {
  const emitted: Buffer[] = [];
  const done = { readBytes: 0, tableBytes: 0 };
  const emit = (bytes: Buffer): void => {
    emitted.push(bytes);
    done.tableBytes += bytes.length;
  };
  const translation = format.translate({ file, options, emit });
  /** Whether there is more to come. */
  const read = async (): Promise<boolean> => {
    const { value } = await text.next();
    if (value === undefined) translation.end();
    else translation.push(value);
    done.readBytes += value?.length ?? 0;
    return value !== undefined;
  };
  let hasMore = true;
  while (hasMore && translation.table === null) hasMore = await read();
  const { table } = translation;
  if (table === null) {
    throw new AiopsError('input_unusable', `${file} is not ${format.what}`, { hint: 'drop --format' });
  }
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    for (;;) {
      for (let chunk = emitted.shift(); chunk !== undefined; chunk = emitted.shift()) yield chunk;
      if (!hasMore) return undefined;
      hasMore = await read();
    }
  }
  const { name, what, evidence, isBySeries } = format;
  return {
    exported: {
      ...{ name, what, evidence, isBySeries, ...table },
      found: () => translation.found,
      metrics: () => [...(translation.metrics ?? [])],
      notices: () => translation.notices,
    },
    chunks: chunks(),
    inputOffset: (offset) => (offset * done.readBytes) / Math.max(done.tableBytes, 1),
  };
}
