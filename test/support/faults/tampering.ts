import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import type { RandomStream } from '#build/core/random.js';

/** Files of a run, as its folder names them; `rejects` may be elsewhere. */
export const GROWING = ['results', 'rejects', 'timings', 'journal'] as const;
const REPORTS = ['timing.json', 'report.html', 'timing.json.partial', 'report.html.partial'] as const;
type TamperedFile = (typeof GROWING)[number] | (typeof REPORTS)[number];

/** What another process does to it. */
export const KINDS = ['truncate', 'cut', 'regrow', 'append', 'rewrite', 'replace', 'move', 'delete'] as const;

export interface Tampering {
  readonly kind: (typeof KINDS)[number] | 'move the folder';
  readonly file: TamperedFile;
}

export function drawTampering(random: RandomStream): Tampering {
  const pick = <T>(values: readonly [T, ...T[]]): T =>
    values[random.nextInteger(0, values.length - 1)] ?? values[0];
  const kind = random.nextInteger(0, 9) === 0 ? 'move the folder' : pick(KINDS);
  return { kind, file: random.nextInteger(0, 7) === 0 ? pick(REPORTS) : pick(GROWING) };
}

/** What was done, and how to undo it, if that can be. */
export interface Tampered {
  /** Just before and after, epoch ms. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly restore: (() => void) | null;
}

/**
 * Does it; null: there is no such file.
 *
 * @param paths where the files are
 * @param aside a folder for what is moved
 */
export function tamper(
  { kind, file }: Tampering,
  out: string,
  { paths, aside }: { readonly paths: Readonly<Record<string, string>>; readonly aside: string },
  random: RandomStream,
): Tampered | null {
  const path = paths[file] ?? join(out, file);
  const moved = join(aside, 'moved');
  mkdirSync(aside, { recursive: true });
  if (!existsSync(path)) return null;
  const fromMs = Date.now();
  try {
    const restore = changes(path, moved, out, random)[kind]();
    return { fromMs, untilMs: Date.now(), restore };
  } catch (error) {
    // It was renamed since we looked.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const FOREIGN = '{"written":"by another program"}\n';

function changes(
  path: string,
  moved: string,
  out: string,
  random: RandomStream,
): Record<Tampering['kind'], () => (() => void) | null> {
  return {
    truncate: () => {
      truncateSync(path, 0);
      return null;
    },
    cut: () => {
      truncateSync(path, random.nextInteger(0, statSync(path).size));
      return null;
    },
    regrow: () => {
      const { size } = statSync(path);
      truncateSync(path, Math.max(0, size - random.nextInteger(1, 2000)));
      truncateSync(path, size); // with zeros in place of what was there
      return null;
    },
    append: () => {
      appendFileSync(path, FOREIGN.repeat(random.nextInteger(1, 50)).slice(0, -random.nextInteger(1, 20)));
      return null;
    },
    rewrite: () => {
      writeFileSync(path, FOREIGN.repeat(random.nextInteger(1, 5000)));
      return null;
    },
    replace: () => {
      writeFileSync(moved, FOREIGN.repeat(random.nextInteger(0, 5000)));
      renameSync(moved, path);
      return null;
    },
    move: () => {
      renameSync(path, moved);
      return () => renameSync(moved, path);
    },
    delete: () => {
      rmSync(path);
      return null;
    },
    'move the folder': () => {
      renameSync(out, moved);
      return () => {
        rmSync(out, { recursive: true, force: true });
        renameSync(moved, out);
      };
    },
  };
}
