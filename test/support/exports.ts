import type { ExportFormat, ExportTable } from '#build/read/exports/export.js';
import type { ReadOptions } from '#build/read/options.js';

import { READ_DEFAULTS } from './reading.js';

export interface TranslatedExport {
  readonly lines: readonly string[];
  readonly defaults: ExportTable['defaults'];
  readonly notices: readonly string[];
  readonly found: string;
}

/** The table that an export becomes if its bytes arrive in pieces of this size. */
export function translateExport(
  format: ExportFormat,
  text: string | Buffer,
  options: Partial<ReadOptions> = {},
  pieceBytes = Infinity,
): TranslatedExport {
  const bytes = Buffer.from(text);
  const emitted: Buffer[] = [];
  const translation = format.translate({
    file: 'export.txt',
    options: { ...READ_DEFAULTS, ...options },
    emit: (part) => emitted.push(part),
  });
  const pieces = Math.min(pieceBytes, Math.max(bytes.length, 1));
  for (let at = 0; at < bytes.length; at += pieces) translation.push(bytes.subarray(at, at + pieces));
  translation.end();
  return {
    lines: Buffer.concat(emitted).toString('utf8').split('\n').slice(0, -1),
    defaults: translation.table?.defaults ?? {},
    notices: translation.notices.map((notice) => notice.text),
    found: translation.found,
  };
}
