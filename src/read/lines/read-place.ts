import type { LinePlace, SourceLine } from '../../core/types.js';

/** The place of a line in the text that was read, which is the sorted one if the input was sorted. */
export function readPlace(source: SourceLine): LinePlace {
  return source.sortedPlace ?? source;
}
