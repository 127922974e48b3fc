import { oneLine } from '../core/one-line.js';

/**
 * Marks that mean something in Markdown, also in a cell of a table. `*` means nothing between blanks, nor `_`
 * between two parts of a word.
 */
const MARKS = /[\\`[\]<>|~&]|(?<=\S)\*|\*(?=\S)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** A text in Markdown that reads as it is: on one line, and with no mark of Markdown or HTML in it. */
export function markdownText(text: string): string {
  // Escapes of what is not seen come first, so that their backslashes are shown too.
  return oneLine(text).replace(MARKS, '\\$&');
}
