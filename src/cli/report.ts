import { failedGates, gateText, type Gate, type GateResult } from '../report/gates.js';
import { print, printable, type Console } from './console.js';
import { AiopsError } from '../core/errors.js';
import type { STDOUT } from './settings/reporting.js';
import type { ValuesOf } from './settings/setting.js';

/** The renderers by form. */
export type Reports<Summary> = Readonly<Record<StdoutForm, (summary: Summary) => string>>;

export interface ReportOptions {
  readonly form: StdoutForm;
  /** Omits the text report; other forms are still printed. */
  readonly quiet: boolean;
  /** The output folder. */
  readonly out: string;
  readonly terminal: Console;
}

/** Prints the report of a finished run and the location of its files. */
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

/** Prints the gates that fail; returns whether there are any. */
export function failGates(results: readonly GateResult[], terminal: Console): boolean {
  const failures = failedGates(results);
  for (const gate of failures) terminal.notice({ level: 'warning', text: `--fail-if ${gateText(gate)}` });
  return failures.length > 0;
}

/** Fails all gates of a run that could not check them because standard output was closed. */
export function failUnchecked(gates: readonly Gate[], terminal: Console): boolean {
  for (const { condition } of gates) {
    const text = `--fail-if ${condition}: FAILED, standard output was closed before the run was complete`;
    terminal.notice({ level: 'warning', text });
  }
  return gates.length > 0;
}

export type StdoutForm = 'text' | 'json' | 'csv' | 'markdown';

/** @throws AiopsError `usage` if several are given */
export function stdoutForm(values: ValuesOf<typeof STDOUT>): StdoutForm {
  const wanted = (['json', 'csv', 'markdown'] as const).filter((form) => values[form]);
  const [first, second] = wanted;
  if (second === undefined) return first ?? 'text';
  throw new AiopsError('usage', `--${first} and --${second} both choose the form of the report`, {
    hint: 'drop one of them; the output folder has the other figures',
  });
}
