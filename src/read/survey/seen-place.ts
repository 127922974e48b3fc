import type { RawText, SourceLine } from '../../core/types.js';

/** The place of a line whose bytes are not kept. */
export class SeenPlace implements SourceLine {
  readonly path: string;
  /** 0: not known, since reading began at a later line. */
  readonly line: number;
  readonly byteOffset: number;

  constructor(path: string, line: number, byteOffset: number) {
    this.path = path;
    this.line = line;
    this.byteOffset = byteOffset;
  }

  get file(): string {
    return this.line === 0 ? `${this.path} near byte ${this.byteOffset}` : this.path;
  }

  raw(): RawText {
    return { text: '', encoding: 'utf8' };
  }
}

/** The input of a line. */
export function pathOf(source: SourceLine): string {
  return source instanceof SeenPlace ? source.path : source.file;
}
