import { Timer } from '../core/timer.js';
import { SIGNAL_STATUS, type EndingSignal } from './exit-codes.js';

/** The interruption of a run by a signal. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The first signal; null: none yet. */
  caught(): EndingSignal | null;
  dispose(): void;
}

/** How long the run may take to end after the first signal. */
export interface StopGrace {
  readonly ms: number;
  /** Called when the time is over, just before the process exits. */
  readonly onOver: (signal: EndingSignal) => void;
}

/** npx and other wrappers forward a signal that the terminal has already sent to all processes: one Ctrl-C, two signals. */
const ECHO_MS = 100;
/** How often to check whether all output has been written, so that the process may exit. */
const LEAVE_POLL_MS = 50;

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts; a second SIGINT or SIGTERM exits immediately, as does the end of the grace
 * period. A second SIGHUP does not, because a closing terminal sends several. Signals are not forwarded to actors, which
 * exit when their pipe closes or their parent is gone.
 */
export function watchSignals(
  onFirst: (signal: EndingSignal) => void,
  grace: StopGrace | null = null,
): Interruption {
  const controller = new AbortController();
  let first: { readonly signal: EndingSignal; readonly atMs: number } | null = null;
  let timer: Timer | null = null;
  const onSignal = (signal: EndingSignal): void => {
    if (first === null) {
      first = { signal, atMs: performance.now() };
      if (grace !== null) {
        timer = new Timer(grace.ms, () => {
          grace.onOver(signal);
          process.exit(SIGNAL_STATUS[signal]);
        });
      }
      onFirst(signal);
      controller.abort();
      return;
    }
    const isEcho = signal === first.signal && performance.now() - first.atMs < ECHO_MS;
    if (signal !== 'SIGHUP' && !isEcho) process.exit(SIGNAL_STATUS[signal]);
  };
  const signals = Object.keys(SIGNAL_STATUS) as EndingSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
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
