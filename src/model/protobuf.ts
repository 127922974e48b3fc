/** A field's content: a number, or the bytes of a message, string or list. */
type FieldValue = number | Uint8Array;

/**
 * The fields of a protobuf message; numbers beyond 2^53 lose digits, and those of fixed size are skipped.
 *
 * @throws RangeError if the bytes are not a message
 *
 * Source: protobuf.dev/programming-guides/encoding
 */
function* protobufFields(message: Uint8Array): Generator<[field: number, value: FieldValue]> {
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

const decoder = new TextDecoder();

/** A message whose fields are read several times, by field number. */
export interface Message {
  numbers(field: number): readonly number[];
  bytes(field: number): readonly Uint8Array[];
  messages(field: number): Message[];
  texts(field: number): string[];
  /** The last text, as protobuf has it; empty if there is none. */
  text(field: number): string;
}

/** @throws RangeError if the bytes are not a message */
export function protobufMessage(bytes: Uint8Array): Message {
  const numbers: number[][] = [];
  const contents: Uint8Array[][] = [];
  for (const [field, value] of protobufFields(bytes)) {
    if (typeof value === 'number') (numbers[field] ??= []).push(value);
    else (contents[field] ??= []).push(value);
  }
  const bytesIn = (field: number): readonly Uint8Array[] => contents[field] ?? [];
  return {
    numbers: (field) => numbers[field] ?? [],
    bytes: bytesIn,
    messages: (field) => bytesIn(field).map(protobufMessage),
    texts: (field) => bytesIn(field).map((content) => decoder.decode(content)),
    text: (field) => decoder.decode(bytesIn(field).at(-1)),
  };
}
