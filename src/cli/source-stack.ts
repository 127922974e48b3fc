import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

const LOCATION = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/**
 * An error with its stack, mapped from bundles to sources. Node could do so itself, but enabling source maps at the
 * start takes a tenth of the time of `--help`.
 */
export function sourceStack(error: unknown): string {
  return inspect(error).replace(LOCATION, (location, url: string, line: string, column: string) => {
    return sourceLocation(url, Number(line), Number(column)) ?? location;
  });
}

/** Null if a file has no source map, or its map does not cover the location. */
function sourceLocation(url: string, line: number, column: number): string | null {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')) as SourceMapFile);
    const origin = map.findOrigin(line, column);
    if (!('fileName' in origin) || typeof origin.fileName !== 'string') return null;
    return `${new URL(origin.fileName, url).href}:${origin.lineNumber}:${origin.columnNumber}`;
  } catch {
    return null;
  }
}

type SourceMapFile = ConstructorParameters<typeof SourceMap>[0];
