import { failedGates, gateText, type Gate, type GateResult } from '../report/gates.js';
import { OutputClosed, StreamSink } from '../output/stream-sink.js';
import { printable, type Console } from './console.js';
import type { StdoutForm } from './stdout-form.js';

/** The renderer of each form. */
export type Reports<Summary> = Readonly<Record<StdoutForm, (summary: Summary) => string>>;

export interface ReportOptions {
  readonly form: StdoutForm;
  /** No report for people; one for machines is still printed. */
  readonly quiet: boolean;
  /** Where the files are. */
  readonly out: string;
  readonly terminal: Console;
}

/** Prints the report of a finished run, and where its files are. */
export async function report<Summary>(
  reports: Reports<Summary>,
  summary: Summary,
  { form, quiet, out, terminal }: ReportOptions,
): Promise<void> {
  const text = reports[form](summary);
  const written = `written to ${out}`;
  if (form === 'text') {
    if (!quiet) await print(printable(`${text}\n${written}\n`));
    return;
  }
  await print(form === 'markdown' ? printable(text) : text);
  terminal.info(written);
}

/** Whether a gate fails the run; prints the ones that do. */
export function failGates(results: readonly GateResult[], terminal: Console): boolean {
  const failures = failedGates(results);
  for (const gate of failures) terminal.notice({ level: 'warning', text: `--fail-if ${gateText(gate)}` });
  return failures.length > 0;
}

/** The same for a run that ended before it could check its gates, because the reader of standard output closed it. */
export function failUnchecked(gates: readonly Gate[], terminal: Console): boolean {
  for (const { condition } of gates) {
    const text = `--fail-if ${condition}: FAILED, standard output was closed before the run was complete`;
    terminal.notice({ level: 'warning', text });
  }
  return gates.length > 0;
}

/**
 * Writes data to standard output, whole.
 *
 * @throws AiopsError `output_io`; a reader that closes the pipe is not an error
 */
async function print(text: string): Promise<void> {
  const sink = new StreamSink(process.stdout);
  try {
    await sink.write(text);
    await sink.settle();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
