import { Presets, SingleBar } from 'cli-progress';

import type { ReadProgress } from '../read/recording.js';
import { countText, plural } from '../report/format.js';
import type { RunCounts } from '../report/run-summary.js';
import type { Console } from './console.js';

export interface Progress {
  start(): void;
  update(counts: RunCounts, read: ReadProgress): void;
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
      format: '{bar} {percentage}% | {minutes} minutes | {rows} rows | {rejected} rejected',
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
    start: () => bar.start(1, 0, { minutes: 0, rows: 0, rejected: 0 }),
    update: (counts, { readBytes, totalBytes }) => {
      bar.setTotal(totalBytes ?? readBytes + 1); // of unknown length: a bar that is never full
      bar.update(readBytes, {
        minutes: countText(counts.minutes),
        rows: countText(counts.rows),
        rejected: countText(counts.rejected),
      });
    },
    stop: () => bar.stop(),
  };
}

function plainProgress(terminal: Console): Progress {
  let nextAtMs = performance.now() + PLAIN_EVERY_MS;
  return {
    start: () => undefined,
    update: (counts, { readBytes, totalBytes }) => {
      const now = performance.now();
      if (now < nextAtMs) return;
      nextAtMs = now + PLAIN_EVERY_MS;
      const share =
        totalBytes === null ? '' : ` (${Math.floor((100 * readBytes) / Math.max(totalBytes, 1))} %)`;
      terminal.info(
        `${plural(counts.minutes, 'minute')}${share}, ${countText(counts.rows)} rows, ${countText(counts.rejected)} rejected`,
      );
    },
    stop: () => undefined,
  };
}
