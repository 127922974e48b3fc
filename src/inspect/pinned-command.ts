import { shellPath, shellWord } from '../core/shell-word.js';
import { program } from '../program/package-files.js';
import type { FileDecisions } from '../read/sample/decision.js';
import { quoteName } from '../read/sample/names.js';
import type { SurveyedFile } from '../read/survey.js';

/** A flag as it was given, `value` as typed; '': a flag without a value. */
export interface GivenFlag {
  readonly flag: string;
  readonly value: string;
  /** Whether the value is attached with `=`, since the flag may stand alone. */
  readonly isAttached?: boolean;
}

export interface PinnedReading {
  readonly inputs: readonly string[];
  readonly given: readonly GivenFlag[];
  /** Of each file, perhaps followed by those of all of them together. */
  readonly decisions: readonly FileDecisions[];
  readonly files: readonly Pick<SurveyedFile, 'name' | 'plan' | 'refusal'>[];
  readonly columns: readonly string[];
}

/** Flags that only CSV has. */
const CSV_FLAGS: ReadonlySet<string> = new Set(['--delimiter', '--skip-lines']);

/** The command that replays the inputs with everything that was found given as flags, to paste into a shell. */
export function pinnedCommand(reading: PinnedReading): string {
  const found = [...columnsFlag(reading), ...decidedFlags(reading)];
  const flags = new Map(found.map((text) => [flagOf(text), text]));
  for (const { flag, value, isAttached = false } of reading.given) {
    if (flags.has(flag)) continue;
    flags.set(flag, value === '' ? flag : `${flag}${isAttached ? '=' : ' '}${shellWord(value)}`);
  }
  if (reading.files.some(({ refusal }) => refusal !== null)) flags.set('--sort', '--sort');
  return [program.name, 'replay', ...reading.inputs.map(shellPath), ...flags.values()].join(' ');
}

/** The flags of decisions on which all files agree: a flag holds for all of them. */
function decidedFlags({ decisions, files }: PinnedReading): string[] {
  const plans = new Map(files.map(({ name, plan }) => [name, plan]));
  const csvFiles = files.filter(({ plan }) => plan.format === 'csv').length;
  const texts = new Map<string, string[]>();
  const shared: string[] = [];
  for (const { file, decisions: each } of decisions) {
    for (const { flag } of each) {
      if (flag === null) continue;
      // Some pin several things, such as both columns of a table with a row per metric.
      if (!plans.has(file)) shared.push(flag);
      else texts.set(flagOf(flag), [...(texts.get(flagOf(flag)) ?? []), flag]);
    }
  }
  const pinned: string[] = [];
  for (const [flag, [first, ...others]] of texts) {
    const wanted = CSV_FLAGS.has(flag) ? csvFiles : files.length;
    if (first !== undefined && others.length + 1 === wanted && others.every((other) => other === first))
      pinned.push(first);
  }
  return [...pinned, ...shared];
}

/** Rows of other metrics than those that `--columns` names would not count as rejected. */
function columnsFlag({ columns, files }: PinnedReading): string[] {
  const areFields = files.every(({ plan }) => plan.long === null && plan.wide === null);
  return areFields ? [`--columns ${columns.map(quoteName).join(',')}`] : [];
}

function flagOf(text: string): string {
  return text.split(' ', 1)[0] ?? text;
}
