import { oneLine } from '../core/one-line.js';
import { markdownText } from './format.js';
import { tableLines, tableMarkdown, type Table } from './table.js';

/** A part of a report: lines and tables in their order. */
export interface ReportPart {
  readonly heading?: string;
  readonly blocks: readonly (string | Table)[];
}

/** For a terminal: a blank line between parts. */
export function textReport(parts: readonly ReportPart[]): string {
  const texts = parts.map(({ heading, blocks }) => {
    const lines = blocks.flatMap((block) =>
      typeof block === 'string' ? [oneLine(block)] : tableLines(block),
    );
    return [...(heading === undefined ? [] : [oneLine(heading)]), ...lines].join('\n');
  });
  return joined(texts);
}

/** Markdown: each line of a part is a paragraph. */
export function markdownReport(parts: readonly ReportPart[]): string {
  const texts = parts.flatMap(({ heading, blocks }) => [
    ...(heading === undefined ? [] : [`### ${markdownText(heading)}`]),
    ...blocks.map((block) =>
      typeof block === 'string' ? markdownText(block) : tableMarkdown(block).trimEnd(),
    ),
  ]);
  return joined(texts);
}

function joined(texts: readonly string[]): string {
  return `${texts.filter((text) => text !== '').join('\n\n')}\n`;
}
