/** A field's content: a number, or the bytes of a message, string or list. */
export type FieldValue = number | Uint8Array;

/**
 * The fields of a protobuf message; numbers beyond 2^53 lose digits, and those of fixed size are skipped.
 *
 * @throws RangeError if the bytes are not a message
 *
 * Source: protobuf.dev/programming-guides/encoding
 */
export function* protobufFields(message: Uint8Array): Generator<[field: number, value: FieldValue]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message[at++]!;
      value += (byte % 128) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < message.length) {
    const tag = varint();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) yield [field, varint()];
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      yield [field, message.subarray(at, at + length)];
      at += length;
    } else throw new RangeError(`a protobuf field of type ${type}`);
  }
}

/** The messages, strings or lists in a field that may be repeated. */
export function fieldBytes(message: Uint8Array, field: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const [number, value] of protobufFields(message))
    if (number === field && typeof value !== 'number') found.push(value);
  return found;
}

const decoder = new TextDecoder();

/** The strings in a field that may be repeated. */
export function fieldTexts(message: Uint8Array, field: number): string[] {
  return fieldBytes(message, field).map((bytes) => decoder.decode(bytes));
}
