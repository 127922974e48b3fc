import type { RandomStream } from '#build/core/random.js';
import { pick } from './random-bytes.js';
import { BYTES, NAMES, NUMBERS, TIMES } from './specials.js';

const NEWLINE = 10;
/** A case that grows by copies of copies would only be slow. */
const MOST_BYTES = 256 * 1024;

type Mutation = (bytes: Buffer, random: RandomStream, other: Buffer) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  // a bit, a byte
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    const at = place(bytes, random);
    if (at < flipped.length) flipped[at] = flipped[at]! ^ (1 << random.nextInteger(0, 7));
    return flipped;
  },
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = place(bytes, random);
    if (at < changed.length) changed[at] = random.nextInteger(0, 255);
    return changed;
  },
  // a cut: from somewhere, or to the end
  (bytes, random) => splice(bytes, place(bytes, random), random.nextInteger(1, 40), Buffer.alloc(0)),
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  // something put in, or in place of something
  (bytes, random) => splice(bytes, place(bytes, random), 0, pick(random, BYTES)),
  (bytes, random) => splice(bytes, place(bytes, random), random.nextInteger(1, 4), pick(random, BYTES)),
  (bytes, random) => replaceField(bytes, random, pick(random, NUMBERS)),
  (bytes, random) => replaceField(bytes, random, pick(random, TIMES)),
  (bytes, random) => replaceField(bytes, random, pick(random, NAMES)),
  // a part of another file, or of this one
  (bytes, random, other) => splice(bytes, place(bytes, random), 0, part(other, random)),
  (bytes, random) => splice(bytes, place(bytes, random), 0, part(bytes, random)),
  // a byte many times: what follows moves over the borders of blocks
  (bytes, random) => {
    const filler = Buffer.alloc(
      random.nextInteger(1, 3000),
      pick(random, [' ', '\n', '0', '"', 'x', '[', ',']),
    );
    return splice(bytes, place(bytes, random), 0, filler);
  },
  // lines: one twice, two changed places, one of another file, one away, other ends
  (bytes, random) =>
    withLines(bytes, (lines) => {
      lines.splice(index(lines, random), 0, lines[index(lines, random)]!);
    }),
  (bytes, random) =>
    withLines(bytes, (lines) => {
      const [a, b] = [index(lines, random), index(lines, random)];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    }),
  (bytes, random, other) =>
    withLines(bytes, (lines) => {
      const others = other.toString('latin1').split('\n');
      lines.splice(index(lines, random), 0, others[index(others, random)]!);
    }),
  (bytes, random) =>
    withLines(bytes, (lines) => {
      lines.splice(index(lines, random), 1);
    }),
  (bytes, random) => {
    const end = pick(random, ['\r\n', '\r', '\n\n', '\u0085']);
    return Buffer.from(bytes.toString('latin1').replaceAll('\n', end), 'latin1');
  },
];

/** The same bytes with one to six things done to them, some of which take parts of `other`. */
export function mutated(bytes: Buffer, random: RandomStream, other: Buffer): Buffer {
  let changed = bytes;
  for (let left = random.nextInteger(1, 6); left > 0; left--) {
    changed = pick(random, MUTATIONS)(changed, random, other).subarray(0, MOST_BYTES);
  }
  return changed;
}

function place(bytes: Buffer, random: RandomStream): number {
  // Some of them near the beginning, where a file shows what it is.
  const most = random.next() < 0.2 ? Math.min(bytes.length, 400) : bytes.length;
  return random.nextInteger(0, most);
}

function splice(bytes: Buffer, at: number, without: number, insert: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + without)]);
}

function part(bytes: Buffer, random: RandomStream): Buffer {
  const start = place(bytes, random);
  return bytes.subarray(start, start + random.nextInteger(1, 2000));
}

/** Puts a text in the place of what stands between two marks of the format. */
function replaceField(bytes: Buffer, random: RandomStream, text: string): Buffer {
  const isMark = (at: number): boolean =>
    at < 0 || at >= bytes.length || ',:;\t\n"'.includes(String.fromCharCode(bytes[at]!));
  let start = place(bytes, random);
  while (!isMark(start - 1)) start--;
  let end = start;
  while (!isMark(end)) end++;
  const isQuoted = random.next() < 0.3 && bytes[end] !== NEWLINE;
  return splice(bytes, start, end - start, Buffer.from(isQuoted ? JSON.stringify(text) : text));
}

function withLines(bytes: Buffer, change: (lines: string[]) => void): Buffer {
  const lines = bytes.toString('latin1').split('\n');
  change(lines);
  return Buffer.from(lines.join('\n'), 'latin1');
}

function index(list: readonly unknown[], random: RandomStream): number {
  return random.nextInteger(0, list.length - 1);
}
