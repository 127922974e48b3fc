const NEWLINE = 10;
const RETURN = 13;

/** A line of an input as its bytes have it; the reader is held against these. */
export interface PhysicalLine {
  /** 1-based. */
  readonly line: number;
  readonly byteOffset: number;
  /** Without the line's end. */
  readonly bytes: Buffer;
  readonly isBlank: boolean;
}

/** Every line of a text, its byte-order mark left out but counted. */
export function physicalLines(text: Buffer): PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  let start = text.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
  while (start < text.length) {
    const newline = text.indexOf(NEWLINE, start);
    const stop = newline < 0 ? text.length : newline;
    const end = stop > start && text[stop - 1] === RETURN ? stop - 1 : stop;
    const bytes = text.subarray(start, end);
    lines.push({
      line: lines.length + 1,
      byteOffset: start,
      bytes,
      isBlank: bytes.every((byte) => byte === 32 || byte === 9),
    });
    start = stop + 1;
  }
  return lines;
}
