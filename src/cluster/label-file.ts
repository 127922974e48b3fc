import { createHash } from 'node:crypto';

import { ShapeError } from '../core/shape.js';
import { writeWhole } from '../output/durable-files.js';
import type { Files } from '../output/files.js';
import { talliesOf, tallyLines } from '../replay/report/label-lines.js';
import type { LabelTallies } from '../replay/report/run-labels.js';
import type { FileSum } from './part.js';
import { pieces } from './pieces.js';

/* Counts of labelled records, of a slice or of all slices that are merged. */

/** Writes counts in one step. @throws AiopsError `output_cannot_create`, `output_io` */
export async function writeLabels(path: string, tallies: LabelTallies, files: Files): Promise<FileSum> {
  const hash = createHash('sha256');
  let bytes = 0;
  function* summedLines(): Generator<string> {
    for (const line of tallyLines(tallies)) {
      hash.update(line);
      bytes += Buffer.byteLength(line);
      yield line;
    }
  }
  await writeWhole(path, summedLines(), files);
  return { bytes, sha256: hash.digest('hex') };
}

/** Null: they are missing or damaged. @throws AiopsError `output_io` */
export async function readLabels(
  path: string,
  { bytes, sha256 }: FileSum,
  files: Files,
): Promise<LabelTallies | null> {
  const read: Uint8Array[] = [];
  for await (const piece of pieces(path, files)) read.push(piece);
  const written = Buffer.concat(read);
  if (written.length !== bytes || createHash('sha256').update(written).digest('hex') !== sha256) return null;
  try {
    return talliesOf(written.toString());
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) return null;
    throw error;
  }
}
