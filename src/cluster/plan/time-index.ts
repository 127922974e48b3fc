/** How much of a recording lies before a time, roughly: places in its files, by the minutes found there. */
export interface IndexedFile {
  readonly sizeBytes: number;
  /** In the order of the file. */
  readonly places: readonly { readonly byteOffset: number; readonly minuteMs: number }[];
}

/** Bytes of all files before a minute. */
export function bytesBeforeMinute(files: readonly IndexedFile[], minuteMs: number): number {
  return files.reduce((sum, file) => sum + bytesOfFile(file, minuteMs), 0);
}

function bytesOfFile({ sizeBytes, places }: IndexedFile, minuteMs: number): number {
  const after = places.findIndex((place) => place.minuteMs > minuteMs);
  if (after === 0) return 0;
  if (after < 0) return sizeBytes;
  const [one, other] = [places[after - 1]!, places[after]!];
  const share = (minuteMs - one.minuteMs) / (other.minuteMs - one.minuteMs);
  return one.byteOffset + share * (other.byteOffset - one.byteOffset);
}

/** A minute before which so many bytes lie, roughly; NaN: no file has a place. */
export function minuteAtByte(files: readonly IndexedFile[], bytes: number): number {
  const minutes = files.flatMap(({ places }) => places.map(({ minuteMs }) => minuteMs));
  let low = minutes.reduce((least, minuteMs) => Math.min(least, minuteMs), Infinity);
  let high = minutes.reduce((most, minuteMs) => Math.max(most, minuteMs), -Infinity);
  if (low > high) return NaN;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (bytesBeforeMinute(files, middle) < bytes) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Without places whose minute is before that of an earlier one: times of a file go back a little, or a line was
 * misread.
 */
export function inOrder(places: IndexedFile['places']): IndexedFile['places'] {
  let latestMs = -Infinity;
  return places.filter(({ minuteMs }) => {
    const isLater = minuteMs > latestMs;
    latestMs = Math.max(latestMs, minuteMs);
    return isLater;
  });
}
