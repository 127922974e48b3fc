import type { LinePlace } from '../../core/types.js';

/** Where the lines of a text came from that was sorted. */
export interface LineOrigins {
  /** The place in the input of a line of the sorted text. */
  originOf(place: LinePlace): LinePlace;
  /** The size in the input of the line at an offset if it is too long and was cut. */
  cutSizeAt(byteOffset: number): number | undefined;
  /** Where the lines end that follow the one at an offset in the input, too: no record goes on beyond. */
  endOfStretch(byteOffset: number): number;
}
