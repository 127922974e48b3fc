import { isUtf8 } from 'node:buffer';
import { AiopsError } from '../../core/errors.js';
import { recode } from '../shared/recode.js';
import { oneLine } from '../../core/one-line.js';
import { BYTE, endOfScalar, kindOf, skipBlanks, type JsonKind } from './json-bytes.js';
import { WholeValue } from './whole-value.js';

/** Takes the elements of a list from its bytes. */
export interface ElementReader {
  /** Whether the list has ended. */
  readonly isDone: boolean;
  /** Offset of what the list should not hold, in the bytes read last. */
  readonly brokenAt: number;
  /**
   * Takes as many whole elements as there are; returns the offset of what follows them, or of what follows the list.
   * The bytes from there on come again, with more behind them. Undefined: `brokenAt` is not what the list should hold.
   */
  read(bytes: Buffer, at: number): number | undefined;
}

/**
 * What becomes of a value: its parts are visited, it is taken parsed, or as its bytes, or it is skipped, or a list is
 * read. A foreign one shows that the text, or its last part, is not what the visitor reads.
 */
export type Visit = 'enter' | 'take' | 'bytes' | 'skip' | 'foreign' | ElementReader;

/** Paths are those of keys, with `[]` for the elements of a list: `data.result[].metric`; '' is the whole text. */
export interface JsonVisitor {
  /** What each value at the top must be: `an answer of Prometheus`. */
  readonly what: string;
  /** Whether the value at the top that was just read is one. */
  readonly isAnswer: boolean;
  /** A value begins. What is entered must be an object or a list; others are skipped. */
  visit(path: string, kind: JsonKind): Visit;
  /** A value that `visit` wanted to take. */
  take(path: string, value: unknown): void;
  /** The bytes of a value that `visit` wanted as such. */
  takeBytes(path: string, bytes: Buffer): void;
  /** The end of an object or a list that was entered. */
  leave(path: string): void;
}

/** Keys, numbers and elements of lists are shorter than this. */
const MOST_PENDING_BYTES = 2 ** 20;
const NOTHING = Buffer.alloc(0);
/** So much of a foreign value is shown. */
const EXCERPT_BYTES = 40;

interface Frame {
  readonly path: string;
  readonly isList: boolean;
}

/**
 * Walks through JSON text of any size, one value after another, as its bytes come. What it holds is bounded: a chunk
 * and the values that the visitor takes. Of skipped values, only the brackets and quotes are looked at.
 */
export class JsonWalker {
  readonly #file: string;
  readonly #visitor: JsonVisitor;
  readonly #stack: Frame[] = [];
  #expects: 'value' | 'first key' | 'key' | 'colon' | 'comma' | 'first element' = 'value';
  /** Of the value that comes next, or is being read. */
  #path = '';
  #whole: WholeValue | null = null;
  #elements: ElementReader | null = null;
  #pending: Buffer = NOTHING;
  /** Offset of the pending bytes. */
  #byteOffset = 0;
  /** How many values at the top were read to their end. */
  #answers = 0;
  /** Where the last value at the top begins, and its first bytes. */
  #answerAt = 0;
  #answerHead: Buffer = NOTHING;

  constructor(file: string, visitor: JsonVisitor) {
    this.#file = file;
    this.#visitor = visitor;
  }

  /** @throws AiopsError `input_unusable`: it is no JSON; and what the visitor throws */
  push(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const unseen = EXCERPT_BYTES - this.#answerHead.length;
    if (unseen > 0) this.#answerHead = Buffer.concat([this.#answerHead, chunk.subarray(0, unseen)]);
    let at = 0;
    for (let next: number | null = 0; next !== null; next = this.#step(bytes, at)) at = next;
    this.#pending = bytes.subarray(at);
    this.#byteOffset += at;
    if (this.#pending.length > MOST_PENDING_BYTES) throw this.#malformed(0);
  }

  /** @throws AiopsError `input_unusable`: the text is cut off */
  end(): void {
    if (this.#stack.length === 0) {
      // A number at the end of the text needs something behind it.
      if (this.#whole !== null) this.push(Buffer.from(' '));
      if (this.#whole === null && skipBlanks(this.#pending, 0) === this.#pending.length) return;
    }
    const within = this.#path === '' ? '' : ` within ${this.#path}`;
    const bytes = this.#byteOffset + this.#pending.length;
    throw new AiopsError(
      'input_unusable',
      `${this.#file} is cut off: its JSON ends${within}, after ${bytes} bytes`,
      {
        hint: 'export it again, and check that all of it was saved (curl --fail --show-error)',
      },
    );
  }

  /** The value at the top that is being read is none of the visitor's, but follows some; null: it is the first one. */
  followedBy(): AiopsError | null {
    if (this.#answers === 0) return null;
    return new AiopsError(
      'input_unusable',
      `${this.#file} holds something else after ${this.#visitor.what}, at byte ${this.#answerAt}: ${this.#excerpt()}`,
      { hint: 'remove it if the data before it is complete, or export it again into a new file' },
    );
  }

  /** Reads on; returns the offset of what is left, or null: it takes more bytes. */
  #step(bytes: Buffer, from: number): number | null {
    if (this.#whole !== null) return this.#readWhole(this.#whole, bytes, from);
    if (this.#elements !== null) return this.#readElements(this.#elements, bytes, from);
    const at = skipBlanks(bytes, from);
    if (at === bytes.length) return at === from ? null : at;
    const byte = bytes[at]!;
    switch (this.#expects) {
      case 'value':
        return this.#begin(byte, bytes, at);
      case 'first element':
        return byte === BYTE.closeList ? this.#close(at) : this.#begin(byte, bytes, at);
      case 'colon':
        if (byte !== BYTE.colon) throw this.#malformed(at);
        this.#expects = 'value';
        return at + 1;
      case 'comma':
        return this.#afterValue(byte, at);
      default:
        if (byte === BYTE.closeObject && this.#expects === 'first key') return this.#close(at);
        return this.#key(byte, bytes, at);
    }
  }

  #begin(byte: number, bytes: Buffer, at: number): number {
    const kind = kindOf(byte);
    const isTop = this.#stack.length === 0;
    if (isTop) {
      this.#answerAt = this.#byteOffset + at;
      this.#answerHead = Buffer.from(bytes.subarray(at, at + EXCERPT_BYTES));
    }
    if (kind === 'scalar' && endOfScalar(bytes, at) === at)
      throw (isTop ? this.followedBy() : null) ?? this.#malformed(at);
    const path = this.#path;
    const visit = this.#visitor.visit(path, kind);
    if (visit === 'foreign') throw this.#foreign();
    if (typeof visit === 'object') {
      if (kind !== 'list') throw this.#malformed(at);
      this.#elements = visit;
      return at + 1;
    }
    if (visit === 'enter' && (kind === 'object' || kind === 'list')) {
      const isList = kind === 'list';
      this.#stack.push({ path, isList });
      this.#expects = isList ? 'first element' : 'first key';
      if (isList) this.#path = `${path}[]`;
      return at + 1;
    }
    this.#whole = new WholeValue(kind, visit === 'take' || visit === 'bytes' ? visit : null);
    return at;
  }

  #readWhole(whole: WholeValue, bytes: Buffer, from: number): number | null {
    const at = whole.read(bytes, from);
    if (!whole.isDone) {
      if (whole.isTooLong) throw this.#tooLong();
      return at === from ? null : at;
    }
    this.#whole = null;
    const path = this.#path;
    if (whole.wanted === 'bytes') this.#visitor.takeBytes(path, whole.bytes());
    else if (whole.wanted === 'take') this.#visitor.take(path, this.#parsed(whole.bytes(), at));
    this.#valueEnded();
    return at;
  }

  #readElements(reader: ElementReader, bytes: Buffer, from: number): number | null {
    const at = reader.read(bytes, from);
    if (at === undefined) throw this.#malformed(reader.brokenAt);
    if (!reader.isDone) return at === from ? null : at;
    this.#elements = null;
    this.#valueEnded();
    return at;
  }

  #key(byte: number, bytes: Buffer, at: number): number | null {
    if (byte !== BYTE.quote) throw this.#malformed(at);
    const end = endOfText(bytes, at);
    if (end < 0) return null;
    const key = this.#parsed(bytes.subarray(at, end), end);
    const parent = this.#stack.at(-1)?.path ?? '';
    this.#path = parent === '' ? String(key) : `${parent}.${String(key)}`;
    this.#expects = 'colon';
    return end;
  }

  #afterValue(byte: number, at: number): number {
    const frame = this.#stack.at(-1);
    const isEnd = byte === (frame?.isList === true ? BYTE.closeList : BYTE.closeObject);
    if (isEnd) return this.#close(at);
    if (frame === undefined || byte !== BYTE.comma) throw this.#malformed(at);
    this.#expects = frame.isList ? 'value' : 'key';
    if (frame.isList) this.#path = `${frame.path}[]`;
    return at + 1;
  }

  #close(at: number): number {
    this.#path = this.#stack.pop()?.path ?? '';
    this.#visitor.leave(this.#path);
    this.#valueEnded();
    return at + 1;
  }

  /** After a value at the top, another one may follow, as in JSON lines. */
  #valueEnded(): void {
    this.#expects = this.#stack.length === 0 ? 'value' : 'comma';
    if (this.#stack.length > 0) return;
    this.#path = '';
    if (!this.#visitor.isAnswer) throw this.#foreign();
    this.#answers++;
  }

  /** The value of bytes that end at an offset. */
  #parsed(bytes: Buffer, end: number): unknown {
    const at = end - bytes.length;
    if (!isUtf8(bytes)) throw this.#notUtf8(at);
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch {
      throw this.#malformed(at);
    }
  }

  #foreign(): AiopsError {
    return (
      this.followedBy() ??
      new AiopsError(
        'input_unusable',
        `${this.#file} does not begin with ${this.#visitor.what}: ${this.#excerpt()}`,
        { hint: 'export it again, or drop --format' },
      )
    );
  }

  #excerpt(): string {
    const [line = ''] = this.#answerHead.toString('utf8').split(/[\r\n]/, 1);
    return oneLine(line.replace(/\uFFFD+$/, ''));
  }

  #notUtf8(at: number): AiopsError {
    const within = this.#path === '' ? '' : `, within ${this.#path}`;
    return new AiopsError(
      'input_unusable',
      `${this.#file} is not UTF-8 text near byte ${this.#byteOffset + at}${within}`,
      { hint: `convert it, such as from Latin-1: ${recode('LATIN1', this.#file)}` },
    );
  }

  #malformed(at: number): AiopsError {
    const within = this.#path === '' ? '' : `, within ${this.#path}`;
    return new AiopsError(
      'input_unusable',
      `${this.#file} is damaged near byte ${this.#byteOffset + at}${within}`,
      {
        hint: 'export it again, and check that nothing but the answer was saved',
      },
    );
  }

  #tooLong(): AiopsError {
    const { mostBytes } = WholeValue;
    return new AiopsError(
      'input_unusable',
      `${this.#file}: ${this.#path} near byte ${this.#byteOffset} is longer than ${mostBytes} bytes`,
      { hint: 'export it in shorter parts, such as a day at a time' },
    );
  }
}

/** The offset behind the text that begins at an offset with a quote; negative: it does not end in these bytes. */
function endOfText(bytes: Buffer, at: number): number {
  for (let end = at + 1; end < bytes.length; end++) {
    if (bytes[end] === BYTE.backslash) end++;
    else if (bytes[end] === BYTE.quote) return end + 1;
  }
  return -1;
}
