import type { Command } from 'commander';

import { AiopsError, REPLAY_REMEDIES, type Remedies } from '../core/errors.js';
import { allFlagNames } from './settings.js';

/** How a command words hints. */
interface Wording {
  readonly remedies: Remedies;
  /** The command that has the flags which this one lacks. */
  readonly flagsOf: string;
}

/** For `slice` and `merge`, whose folder, settings and limits are those of their plan. */
export const PLAN_WORDING: Wording = {
  remedies: {
    startOver: 'plan again with --restart',
    anotherFolder: 'plan again with another --out',
    newLocation: 'name the new location',
    allowMore: 'allow more: the same replay with a higher --max-rejects, without --engine, completes the run',
    takeFolder: 'take the folder: aiops-serve merge FOLDER --break-lock',
    rereadRun: 'plan again with --restart',
    resume: 'once its old bytes are back, run the same command again, otherwise plan again with --restart',
  },
  flagsOf: 'aiops-serve plan',
};

/** For `bench`, which starts over each time. */
export const BENCH_WORDING: Wording = {
  remedies: {
    ...REPLAY_REMEDIES,
    startOver: 'run the same command again',
    takeFolder: 'delete its lock.json',
    rereadRun: '',
    resume: 'then run the same command again',
  },
  flagsOf: 'aiops-serve replay',
};

/** For commands that write no run. */
export const READER_WORDING: Wording = {
  ...BENCH_WORDING,
  remedies: {
    ...BENCH_WORDING.remedies,
    anotherFolder: 'choose another folder',
    newLocation: 'name the new location',
  },
};

/** Runs a command, whose errors then name remedies that it has. */
export async function withHints<T>(
  command: Command,
  wording: Wording,
  run: () => T | Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AiopsError)) throw error;
    const hint = hintFor(command, wording, error);
    throw new AiopsError(error.code, error.message, { hint, cause: error });
  }
}

function hintFor(command: Command, { remedies, flagsOf }: Wording, error: AiopsError): string | undefined {
  const hint = error.hintWith(remedies);
  const named = flagsIn(error.hintWith(NO_REMEDIES) ?? '');
  const lacking = named.filter((flag) => !hasFlag(command, flag));
  if (hint === undefined || lacking.length === 0) return hint;
  const are = lacking.length === 1 ? 'is a flag' : 'are flags';
  return `${hint} (${lacking.join(', ')} ${are} of ${flagsOf})`;
}

const NO_REMEDIES: Remedies = {
  startOver: '',
  anotherFolder: '',
  newLocation: '',
  allowMore: '',
  takeFolder: '',
  rereadRun: '',
  resume: '',
};

/** Flags of this program that a hint names, unless it says of which command; those of other programs are none. */
function flagsIn(hint: string): string[] {
  if (/aiops-serve (replay|plan|bench)/.test(hint)) return [];
  const known = allFlagNames();
  return [...new Set(hint.match(/(?<![\w-])--[a-z][a-z-]*[a-z](?![\w-])/g))].filter((flag) =>
    known.has(flag.slice(2)),
  );
}

function hasFlag({ options }: Command, flag: string): boolean {
  return options.some(({ long }) => long === flag);
}
