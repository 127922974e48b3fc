import { Timer } from '../core/timer.js';
import { SIGNAL_STATUS, type EndingSignal } from './exit-codes.js';

/** How a run learns that it is to end. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Which signal it was, once there was one. */
  caught(): EndingSignal | null;
  dispose(): void;
}

/** What the end may take after the first signal. */
export interface StopGrace {
  readonly ms: number;
  /** It is over, and the process is about to leave. */
  readonly onOver: (signal: EndingSignal) => void;
}

/** A wrapper such as npx hands on what the terminal has sent to every process: one Ctrl-C, two signals. */
const ECHO_MS = 100;
/** How often it is looked whether everything was written that the process is to leave after. */
const LEAVE_POLL_MS = 50;

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts; a second SIGINT or SIGTERM ends the process at once, and so does the
 * end of the grace. Another SIGHUP does not: a terminal that closes sends several.
 * Actors need no word then: they end when their pipe closes or their parent is gone.
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

/** Ends the process although something is still waited for: a pipe, say, that nobody writes to. */
function leaveOnceWritten(): void {
  setInterval(() => {
    const isSet = process.exitCode !== undefined;
    if (isSet && process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
  }, LEAVE_POLL_MS).unref();
}
