import type { Notice } from '../core/errors.js';
import { formatDuration } from '../core/time.js';
import type { ActorLog, ReadyFacts } from '../core/types.js';
import { durationText } from '../report/format.js';
import { Console } from './console.js';
import { SIGNAL_STATUS, type EndingSignal } from './exit-codes.js';
import { settingText } from './journaled.js';
import { openProgress, type Progress } from './progress.js';
import { watchSignals } from './signals.js';

/** What a command that serves minutes gets while it runs. */
export interface Attended {
  readonly terminal: Console;
  readonly progress: Progress;
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted when what the first signal lets finish has taken too long. */
  readonly graceOver: AbortSignal;
  /** Exit status after a signal. */
  readonly interruptedStatus: () => number;
  readonly onNotice: (notice: Notice) => void;
  readonly onReady: (ready: ReadyFacts) => void;
  readonly onActorLine: ActorLog;
  readonly settingText: typeof settingText;
}

export interface AttendOptions {
  readonly quiet: boolean;
  /** Shown first. */
  readonly notices: readonly Notice[];
  /** What a run finishes after the first signal, such as `the minutes in flight`; null: nothing. */
  readonly finishing: string | null;
  /** How long that may take, ms, and what to do if it takes longer; null: no limit. */
  readonly stop?: StopOptions | null;
}

interface StopOptions {
  readonly graceMs: number;
  readonly afterwards: string;
}

/** Runs work with a console, progress and signal handling; returns its exit status. */
export async function attend(
  { quiet, notices, finishing, stop = null }: AttendOptions,
  work: (attended: Attended) => Promise<number>,
): Promise<number> {
  const terminal = new Console({ quiet, stream: process.stderr });
  for (const notice of notices) terminal.notice(notice);
  const progress = await openProgress(terminal, { quiet, stream: process.stderr });
  const interruption = watchSignals(
    (signal) =>
      terminal.info(finishing === null ? `${signal}: stopping` : finishingText(signal, finishing, stop)),
    stop === null
      ? null
      : {
          ms: stop.graceMs,
          onStuck: (signal) => terminal.notice(tooLong(finishing ?? 'stopping', stop, signal)),
        },
    (signal) => terminal.notice({ level: 'warning', text: `stopped at once by a second signal, ${signal}` }),
  );
  try {
    return await work({
      terminal,
      progress,
      signal: interruption.signal,
      graceOver: interruption.graceOver,
      interruptedStatus: () => SIGNAL_STATUS[interruption.caught() ?? 'SIGINT'],
      onNotice: (notice) => terminal.notice(notice),
      onReady: ({ actors, backend, startMs }) => {
        const pids = actors.map(({ name, pid }) => `${name} ${pid}`).join(', ');
        terminal.info(`started on ${backend.name} in ${durationText(startMs)}: ${pids}`);
        progress.start();
      },
      onActorLine: (actor, line, stream) => {
        const text = `[${actor}] ${line}`;
        if (stream === 'stderr') terminal.forward(text);
        else terminal.info(text);
      },
      settingText,
    });
  } finally {
    progress.stop();
    interruption.dispose();
  }
}

/** Says that the command was interrupted, also with `--quiet`; returns the exit status. */
export function interrupted({ terminal, interruptedStatus }: Attended, text: string): number {
  terminal.notice({ level: 'warning', text });
  return interruptedStatus();
}

function finishingText(signal: EndingSignal, finishing: string, stop: StopOptions | null): string {
  return `${signal}: finishing ${finishing}${atMost(stop)}; a second signal stops immediately`;
}

function atMost(stop: StopOptions | null): string {
  return stop === null ? '' : ` (${formatDuration(stop.graceMs)} at most)`;
}

function tooLong(finishing: string, { graceMs, afterwards }: StopOptions, signal: EndingSignal): Notice {
  const text = `${finishing} took more than ${formatDuration(graceMs)} after ${signal}, so the run ends here${afterwards}`;
  return { level: 'warning', text };
}
