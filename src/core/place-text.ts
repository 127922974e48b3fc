import type { SourceLine } from './types.js';

/** Where a line is, for messages: with its number if that is known. */
export function placeText({ file, line }: Pick<SourceLine, 'file' | 'line'>): string {
  return line === 0 ? file : `${file}:${line}`;
}
