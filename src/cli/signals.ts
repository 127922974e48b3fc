import { SIGNAL_STATUS, type EndingSignal } from './exit-codes.js';

/** How a run learns that it is to end. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Which signal it was, once there was one. */
  caught(): EndingSignal | null;
  dispose(): void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts; the second ends the process at once.
 * Actors need no word then: they end when their pipe closes or their parent is gone.
 */
export function watchSignals(onFirst: (signal: EndingSignal) => void): Interruption {
  const controller = new AbortController();
  let first: EndingSignal | null = null;
  const onSignal = (signal: EndingSignal): void => {
    if (first !== null) process.exit(SIGNAL_STATUS[signal]);
    first = signal;
    onFirst(signal);
    controller.abort();
  };
  const signals = Object.keys(SIGNAL_STATUS) as EndingSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    caught: () => first,
    dispose: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
