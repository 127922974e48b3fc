import type { FileHandle } from 'node:fs/promises';
import { HEAD_BYTES, exportFormat, headOf, translated, type Exported } from '../exports/translate.js';
import type { ReadOptions } from '../options.js';
import { peek, withoutFirst } from './chunks.js';
import { unreadable } from './file-facts.js';
import { hasBom, isGzip, unpacked, type UnpackedText } from './unpack.js';

/** The text of an input: unpacked, and an export as the table that it is translated to. */
export interface InputText extends UnpackedText {
  /** Null: it is read as it is. */
  readonly exported: Exported | null;
}

export interface TextOptions {
  /** How many times its size a compressed input may unpack to. */
  readonly maxExpansion: number;
  /** How exports of monitoring systems are read; default: they are not recognized. */
  readonly translate?: ReadOptions;
}

const BOM_BYTES = 3;

/**
 * The text of an input.
 *
 * @throws AiopsError `input_unusable`: not text, a `.gz` that is not gzip, or an export without columns
 */
export async function inputText(
  name: string,
  chunks: AsyncGenerator<Buffer, undefined>,
  { maxExpansion, translate }: TextOptions,
): Promise<InputText> {
  if (translate === undefined) return { ...(await unpacked(name, chunks, { maxExpansion })), exported: null };
  const needsEnd = (head: Buffer): boolean =>
    formatOf(head.subarray(hasBom(head) ? BOM_BYTES : 0), translate)?.needsEnd === true;
  const text = await unpacked(name, chunks, { maxExpansion, needsEnd });
  const { bomBytes } = text;
  const isEnough = (head: Buffer): boolean => headOf(head.subarray(bomBytes), false) !== null;
  const { head, chunks: whole } = await peek(text.chunks, isEnough);
  const format = formatOf(head.subarray(bomBytes), translate);
  if (format === null) return { ...text, chunks: whole, exported: null };
  const table = await translated(name, withoutFirst(name, whole, bomBytes), format, translate);
  return {
    ...{ chunks: table.chunks, exported: table.exported, isGzip: text.isGzip, bomBytes: 0 },
    inputOffset: (offset) => text.inputOffset(table.inputOffset(offset)),
  };
}

/**
 * Whether offsets into the text of a file are not offsets into the file.
 *
 * @throws AiopsError `input_missing` on an I/O error
 */
export async function isConverted(
  path: string,
  handle: FileHandle,
  { translate }: TextOptions,
): Promise<boolean> {
  const buffer = Buffer.alloc(HEAD_BYTES + BOM_BYTES);
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const head = buffer.subarray(0, bytesRead);
    if (isGzip(head)) return true;
    return (
      translate !== undefined && formatOf(head.subarray(hasBom(head) ? BOM_BYTES : 0), translate) !== null
    );
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function formatOf(head: Buffer, { format }: ReadOptions): ReturnType<typeof exportFormat> {
  return exportFormat(headOf(head, true) ?? '', format);
}
