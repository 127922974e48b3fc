import { Timer } from '../core/timer.js';
import { SIGNAL_STATUS, type EndingSignal } from './exit-codes.js';

/** The interruption of a run by a signal. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Aborted at the end of the grace period. */
  readonly graceOver: AbortSignal;
  /** The first signal; null: none yet. */
  caught(): EndingSignal | null;
  dispose(): void;
}

/** How long the run may take to end after the first signal. */
export interface StopGrace {
  readonly ms: number;
  /** Called just before the process exits, if it is still running `EXIT_MS` later. */
  readonly onStuck: (signal: EndingSignal) => void;
}

/**
 * npx and other wrappers forward a signal that the terminal has already sent to all processes: one Ctrl-C, two signals.
 */
const ECHO_MS = 100;
/** How often to check whether all output has been written, so that the process may exit. */
const LEAVE_POLL_MS = 50;
/** How long committing and stopping may take after the grace period. */
const EXIT_MS = 1000;

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts `signal`, the end of the grace period `graceOver`; a second SIGINT or
 * SIGTERM exits immediately, as does a run that has not ended `EXIT_MS` after the grace period. A second SIGHUP does
 * not, because a closing terminal sends several. Signals are not forwarded to actors, which exit when their pipe closes
 * or their parent is gone.
 */
export function watchSignals(
  onFirst: (signal: EndingSignal) => void,
  grace: StopGrace | null = null,
  onSecond: (signal: EndingSignal) => void = () => undefined,
): Interruption {
  const controller = new AbortController();
  const over = new AbortController();
  let first: { readonly signal: EndingSignal; readonly atMs: number } | null = null;
  let timer: Timer | null = null;
  const onSignal = (signal: EndingSignal): void => {
    if (first === null) {
      first = { signal, atMs: performance.now() };
      if (grace !== null) {
        timer = new Timer(grace.ms, () => {
          timer = new Timer(EXIT_MS, () => {
            grace.onStuck(signal);
            process.exit(SIGNAL_STATUS[signal]);
          });
          over.abort();
        });
      }
      onFirst(signal);
      controller.abort();
      return;
    }
    const isEcho = signal === first.signal && performance.now() - first.atMs < ECHO_MS;
    if (signal === 'SIGHUP' || isEcho) return;
    onSecond(signal);
    process.exit(SIGNAL_STATUS[signal]);
  };
  const signals = Object.keys(SIGNAL_STATUS) as EndingSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    graceOver: over.signal,
    caught: () => first?.signal ?? null,
    dispose: () => {
      timer?.clear();
      for (const signal of signals) process.off(signal, onSignal);
      if (first !== null) leaveOnceWritten();
    },
  };
}

/** Exits even if something keeps the event loop alive, such as a pipe without a writer. */
function leaveOnceWritten(): void {
  setInterval(() => {
    const isSet = process.exitCode !== undefined;
    if (isSet && process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
  }, LEAVE_POLL_MS).unref();
}

/** Ends the process after an error that nothing caught; Node would end with 1, as where it cannot start the program. */
export function endUncaught(statusOf: (error: unknown) => number): void {
  process.on('uncaughtException', (error) => process.exit(statusOf(error)));
}
