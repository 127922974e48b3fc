import { Presets, SingleBar } from 'cli-progress';

import type { Console } from './console.js';

/** How far something is. */
export interface ProgressStep {
  readonly done: number;
  /** In the unit of `done`; null where nobody knows. */
  readonly total: number | null;
  /** What there is to say besides. */
  readonly text: string;
}

export interface Progress {
  start(): void;
  /** May be called often: most calls cost nothing. */
  update(step: () => ProgressStep): void;
  stop(): void;
}

const PLAIN_EVERY_MS = 10_000;

/** A bar on a terminal, a plain line every ten seconds elsewhere, nothing when quiet. */
export function openProgress(
  terminal: Console,
  options: { quiet: boolean; stream: NodeJS.WriteStream },
): Progress {
  if (options.quiet) return { start: () => undefined, update: () => undefined, stop: () => undefined };
  return options.stream.isTTY ? progressBar(terminal, options.stream) : plainProgress(terminal);
}

function progressBar(terminal: Console, stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar(
    {
      stream,
      format: '{bar} {percentage}% | {text}',
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false, // signals are the run's own business
    },
    Presets.shades_classic,
  );
  terminal.shareWith(() => {
    if (bar.isActive) stream.write('\r\u001b[K');
  });
  process.once('exit', () => bar.stop()); // a second signal must not leave the cursor hidden
  return {
    start: () => {
      if (!bar.isActive) bar.start(1, 0, { text: '' });
    },
    update: (step) => {
      const { done, total, text } = step();
      bar.setTotal(total ?? done + 1); // of unknown length: a bar that is never full
      bar.update(done, { text });
    },
    stop: () => bar.stop(),
  };
}

function plainProgress(terminal: Console): Progress {
  let nextAtMs = performance.now() + PLAIN_EVERY_MS;
  return {
    start: () => undefined,
    update: (step) => {
      const now = performance.now();
      if (now < nextAtMs) return;
      nextAtMs = now + PLAIN_EVERY_MS;
      const { done, total, text } = step();
      const share = total === null ? '' : ` (${Math.floor((100 * done) / Math.max(total, 1))} %)`;
      terminal.info(`${text}${share}`);
    },
    stop: () => undefined,
  };
}
