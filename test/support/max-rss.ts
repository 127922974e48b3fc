import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Most memory that the program held itself, as its report in the output folder has it. */
export function processMaxRssBytes(out: string): number {
  const { parentMaxRssBytes } = JSON.parse(readFileSync(join(out, 'timing.json'), 'utf8')) as {
    parentMaxRssBytes: number;
  };
  return parentMaxRssBytes;
}
