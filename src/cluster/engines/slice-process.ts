import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';

import { PROGRAM_ENTRY } from '../../program/package-files.js';

/** A slice that runs as a process of its own. */
export interface SliceProcess {
  /** Its exit status; after a signal, 128 and more. */
  readonly status: Promise<number>;
  /** Asks it to end. */
  end(): void;
  kill(): void;
}

export interface SliceCommand {
  readonly planPath: string;
  readonly number: number;
  readonly actors: number;
  /** Gets the lines that it prints: warnings and errors. */
  readonly onLine: (line: string) => void;
}

/** A shell's status for a program that it cannot start. */
const CANNOT_START = 127;

/** Starts `aiops-serve slice`, which ends when this process does. */
export function startSlice({ planPath, number, actors, onLine }: SliceCommand): SliceProcess {
  const args = ['slice', planPath, String(number), '--actors', String(actors), '--end-with-stdin', '--quiet'];
  const child = spawn(process.execPath, [...process.execArgv, PROGRAM_ENTRY, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // it ended before
  createInterface({ input: child.stderr }).on('line', onLine);
  const status = new Promise<number>((resolve) => {
    child.on('error', ({ message }) => {
      onLine(message);
      resolve(CANNOT_START);
    });
    child.on('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  return { status, end: () => child.stdin.end(), kill: () => void child.kill('SIGKILL') };
}
