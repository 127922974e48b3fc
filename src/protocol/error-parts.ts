import type { RowErrors } from '../core/block.js';
import type { ItemError } from '../core/types.js';
import { codesOf, partOf } from './fields.js';
import { ProtocolError, type Frame, type Part } from './frames.js';
import { textsFromParts, textsToParts } from './text-parts.js';

/** The errors of an answer's rows as parts. */
export function errorsToParts({ rows, codes, kinds }: RowErrors): Part[] {
  return [
    { name: 'errors.rows', shape: [rows.length], values: rows },
    { name: 'errors.codes', shape: [codes.length], values: codes },
    ...textsToParts(
      'errors.texts',
      kinds.flatMap(({ errno, errmsg }) => [errno, errmsg]),
    ),
  ];
}

/** The inverse of `errorsToParts`. @throws ProtocolError unless the parts fit together and to the number of rows */
export function errorsFromParts(frame: Frame, rowCount: number): RowErrors {
  const texts = textsFromParts(frame, 'errors.texts');
  if (texts.length === 0 || texts.length % 2 !== 0)
    throw new ProtocolError(`answer: ${texts.length} texts are no pairs of errno and errmsg`);
  const kinds = Array.from({ length: texts.length / 2 }, (_, i): ItemError => ({
    errno: texts[2 * i]!,
    errmsg: texts[2 * i + 1]!,
  }));
  const rows = partOf(frame, 'errors.rows', Uint32Array);
  let next = 0;
  for (const row of rows) {
    if (row < next || row >= rowCount)
      throw new ProtocolError(`answer: errors.rows must ascend and be less than ${rowCount}`);
    next = row + 1;
  }
  const codes = codesOf(frame, 'errors.codes', Uint32Array, { length: rows.length, most: kinds.length - 1 });
  return { rows, codes, kinds };
}
