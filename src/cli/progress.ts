import type { Params } from 'cli-progress';

import { durationText } from '../report/format.js';
import type { Console } from './console.js';

/** The progress of a command. */
export interface ProgressStep {
  readonly done: number;
  /** In the unit of `done`; null: unknown. */
  readonly total: number | null;
  /** Shown beside the bar. */
  readonly text: string;
}

export interface Progress {
  start(): void;
  /** May be called often: most calls do nothing. */
  update(step: () => ProgressStep): void;
  stop(): void;
}

/** A shorter time says too little about the rate, ms. */
const RATED_AFTER_MS = 3000;

/** Estimates the time left from the rate since the first step: an earlier session may have done what lies before it. */
export class TimeLeft {
  #first: { readonly done: number; readonly atMs: number } | null = null;

  /** Whether it has had a step. */
  get isRated(): boolean {
    return this.#first !== null;
  }

  /** `about 40.0 s left`; null: not known yet. @param nowMs monotonic clock */
  after({ done, total }: Pick<ProgressStep, 'done' | 'total'>, nowMs: number): string | null {
    this.#first ??= { done, atMs: nowMs };
    const elapsedMs = nowMs - this.#first.atMs;
    const gained = done - this.#first.done;
    if (total === null || total <= done || gained <= 0 || elapsedMs < RATED_AFTER_MS) return null;
    return `about ${durationText((elapsedMs * (total - done)) / gained)} left`;
  }
}

const PLAIN_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

/** A bar on a terminal, a plain line every ten seconds elsewhere, nothing when quiet. */
export async function openProgress(
  terminal: Console,
  options: { quiet: boolean; stream: NodeJS.WriteStream },
): Promise<Progress> {
  if (options.quiet) return { start: () => undefined, update: () => undefined, stop: () => undefined };
  return options.stream.isTTY ? progressBar(terminal, options.stream) : plainProgress(terminal);
}

/** Columns left free at the right, so that the `^C` that a terminal shows does not wrap. */
const FREE_COLUMNS = 3;
const BAR_COLUMNS = 40;

async function progressBar(terminal: Console, stream: NodeJS.WriteStream): Promise<Progress> {
  const { SingleBar } = (await import('cli-progress')).default;
  const options = {
    terminal: barTerminal(stream),
    format: (_: object, { progress, maxWidth }: Params, { text }: { text: string }) =>
      barText(progress, text, maxWidth - FREE_COLUMNS),
    linewrap: true,
    forceRedraw: true, // other lines and echoed keys may have overwritten the bar
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false, // the run handles signals itself
  };
  const bar = new SingleBar(options);
  terminal.shareWith({
    hide: () => {
      if (bar.isActive) stream.write(CLEAR_LINE);
    },
    show: () => {
      if (bar.isActive) bar.render();
    },
  });
  const timeLeft = new TimeLeft();
  process.once('exit', () => bar.stop()); // removes the bar and shows the cursor after a second signal
  return {
    start: () => {
      if (!bar.isActive) bar.start(1, 0, { text: '' });
    },
    update: (step) => {
      const { done, total, text } = step();
      const left = timeLeft.after({ done, total }, performance.now());
      bar.setTotal(total ?? done + 1); // if the length is unknown, the bar is never full
      bar.update(done, { text: left === null ? text : `${left} | ${text}` });
    },
    stop: () => bar.stop(),
  };
}

/** A bar with its text, truncated to the available columns. */
function barText(share: number, text: string, columns: number): string {
  const full = Math.round(share * BAR_COLUMNS);
  const bar = '\u2588'.repeat(full) + '\u2591'.repeat(BAR_COLUMNS - full);
  return `${bar} ${Math.floor(share * 100)}% | ${text}`.slice(0, Math.max(columns, 0));
}

/**
 * The terminal functions of the bar. By default it restores the cursor's initial position at the end, which overwrites
 * all lines printed since; here it stays on the cursor's line.
 */
function barTerminal(stream: NodeJS.WriteStream): object {
  return {
    isTTY: () => true,
    // 0: the terminal does not report its size.
    getWidth: () => (stream.columns > 0 ? stream.columns : 80),
    cursorSave: () => undefined,
    cursorRestore: () => undefined,
    cursor: (shown: boolean) => stream.write(shown ? '\u001b[?25h' : '\u001b[?25l'),
    cursorTo: () => stream.write('\r'),
    clearLine: () => stream.write(CLEAR_LINE),
    clearRight: () => stream.write('\u001b[K'),
    write: (text: string) => stream.write(text),
  };
}

function plainProgress(terminal: Console): Progress {
  let nextAtMs = performance.now() + PLAIN_EVERY_MS;
  const timeLeft = new TimeLeft();
  return {
    start: () => undefined,
    update: (step) => {
      const now = performance.now();
      if (now < nextAtMs && timeLeft.isRated) return;
      const { done, total, text } = step();
      const left = timeLeft.after({ done, total }, now);
      if (now < nextAtMs) return;
      nextAtMs = now + PLAIN_EVERY_MS;
      const share = total === null ? null : `${Math.floor((100 * done) / Math.max(total, 1))} %`;
      const details = [share, left].filter((each) => each !== null);
      terminal.info(details.length === 0 ? text : `${text} (${details.join(', ')})`);
    },
    stop: () => undefined,
  };
}
