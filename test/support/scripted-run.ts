import { PassThrough } from 'node:stream';

import { metricsFiles, type MetricsFormat } from '#build/core/metric-files.js';
import type { Reject } from '#build/core/types.js';
import type { Files } from '#build/output/files.js';
import { openOutput } from '#build/output/open-output.js';
import type { RunOutput } from '#build/output/run-output.js';

/** A run as a command line asks for it, over an input of so many minutes. */
export interface ScriptedCommand {
  readonly out: string;
  /** Stands for every setting that can change a result. */
  readonly setting: string;
  readonly minutes: number;
  readonly format: 'jsonl' | 'csv';
  readonly metrics: MetricsFormat | null;
  readonly rejectsFile: string | null;
  readonly restart: boolean;
  /** Minutes that are written before the run is killed; null: it is left alone. */
  readonly killedAfter?: number | null;
  /** Size of one minute's reject, so that buffers are written in the middle of it. */
  readonly largeRejectChars?: number;
}

/** What is sure by now, whatever may happen from here on. */
export interface SureProgress {
  /** Whether there is a journal. */
  readonly begun: boolean;
  /** Minutes that no crash may lose. */
  readonly minutes: number;
  readonly complete: boolean;
}

interface State {
  readonly minute: number;
  /** The end of the input closed this minute, which a longer input may have more of. */
  readonly isTail: boolean;
}

interface Facts {
  readonly setting: string;
  readonly minutes: number;
}

const COMMIT_EVERY = 3;
const LARGE_MINUTE = 4;

/**
 * Uses an output as a replay does: begins or resumes it, writes minute after minute with commits in between, and
 * finishes it. The lines of a minute depend on the command alone.
 *
 * @param onSure called when more is committed
 */
export async function runScript(
  files: Files,
  command: ScriptedCommand,
  onSure: (sure: SureProgress) => void = () => undefined,
): Promise<'complete' | 'killed'> {
  const { out, format, metrics, rejectsFile, restart } = command;
  const plain = { out, format, rejectsFile, trace: true, anomaliesOnly: false, fullOutput: false };
  const options = metrics === null ? plain : { ...plain, metrics };
  const output = await openOutput(options, new PassThrough(), { files, restart });
  try {
    const done = await begin(output, command, onSure);
    if (done === 'complete') {
      await output.close();
      return 'complete';
    }
    return await writeMinutes(output, command, done, onSure);
  } catch (error) {
    await output.close();
    throw error;
  }
}

/** Returns the last minute that is done already. */
async function begin(
  output: RunOutput,
  { setting, minutes, restart }: ScriptedCommand,
  onSure: (sure: SureProgress) => void,
): Promise<number | 'complete'> {
  const facts: Facts = { setting, minutes };
  const { previous } = output;
  if (previous === null || restart) {
    onSure({ begun: previous !== null, minutes: 0, complete: false });
    await output.begin(facts, { replace: restart });
    onSure({ begun: true, minutes: 0, complete: false });
    return 0;
  }
  const earlier = previous.facts as Facts;
  if (earlier.setting !== setting) throw new Error(`setting ${earlier.setting} became ${setting}`);
  const hasGrown = earlier.minutes !== minutes;
  if (previous.completion !== null && !hasGrown) return 'complete';
  const states = previous.commits.map((commit) => commit.state as State);
  const index = states.findLastIndex((state) => !hasGrown || !state.isTail);
  const done = states[index]?.minute ?? 0;
  onSure({ begun: true, minutes: done, complete: false });
  await output.resume(index, facts);
  return done;
}

async function writeMinutes(
  output: RunOutput,
  command: ScriptedCommand,
  done: number,
  onSure: (sure: SureProgress) => void,
): Promise<'complete' | 'killed'> {
  const commit = async (minute: number, isTail: boolean): Promise<void> => {
    await output.commit({ minute, isTail } satisfies State);
    onSure({ begun: true, minutes: minute, complete: false });
  };
  await output.writeTrace('[');
  let committed = done;
  for (let minute = done + 1; minute <= command.minutes; minute++) {
    if (minute === command.killedAfter) {
      await output.close();
      return 'killed';
    }
    const isTail = minute === command.minutes;
    if (isTail && committed !== minute - 1) await commit(minute - 1, false);
    await output.writeLines(linesOf(minute, command));
    await output.writeMetrics(
      metricsFiles(command.metrics ?? undefined).map((name) => samplesOf(name, minute, command)),
    );
    await output.writeRejects(rejectsOf(minute, command));
    await output.writeTiming(`{"minute":${minute}}\n`);
    await output.writeTrace(`{"minute":${minute}},`);
    if (!isTail && minute % COMMIT_EVERY !== 0) continue;
    await commit(minute, isTail);
    committed = minute;
  }
  let rows = 0;
  for await (const lines of output.committed('results')) rows += lines.length;
  const reports = { summary: `{"minutes":${command.minutes}}`, page: `<p>${rows} rows</p>` };
  await output.finish(reports, { minutes: command.minutes });
  onSure({ begun: true, minutes: command.minutes, complete: true });
  return 'complete';
}

function linesOf(minute: number, { setting, minutes }: ScriptedCommand): Uint8Array {
  // The end of an input may cut a minute short: its rows are others once the input has grown.
  const targets = minute === minutes ? ['a'] : ['a', 'b, "quoted"'];
  const at = new Date(Date.UTC(2026, 10, 25, 0, minute)).toISOString();
  const rows = targets.map((target) => ({ minute: at, target, column: setting, score: minute }));
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function samplesOf(name: string, minute: number, { minutes }: ScriptedCommand): Uint8Array {
  return Buffer.from(`${name} ${minute === minutes ? 1 : 2} ${minute}\n`);
}

function rejectsOf(minute: number, { setting, largeRejectChars = 0 }: ScriptedCommand): Reject[] {
  if (minute % 2 === 1) return [];
  const text = `minute ${minute} of ${setting}${minute === LARGE_MINUTE ? 'x'.repeat(largeRejectChars) : ''}`;
  return [
    {
      source: {
        file: 'input.csv',
        line: minute,
        byteOffset: 10 * minute,
        raw: () => ({ text, encoding: 'utf8' }),
      },
      target: 'a',
      minuteMs: 60_000 * minute,
      reason: 'bad_value',
      message: 'not a number',
    },
  ];
}
