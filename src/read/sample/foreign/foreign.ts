import { AiopsError } from '../../../core/errors.js';
import { shellPath, shellWord } from '../../../core/shell-word.js';
import { STDIN_NAME } from '../../shared/stdin-name.js';

/** What a file is that is not read as it is, and what makes lines of records of it. */
export interface Foreign {
  /** `an answer of Prometheus`; null: JSON with records in a list. */
  readonly what: string | null;
  /** Reads the file, or standard input, and writes records; null: none is known that works. */
  readonly command: string | null;
  /** What the command does; default: makes a record of each value. */
  readonly toDo?: string;
  readonly output: 'lines.jsonl' | 'columns.csv';
  /** What to do without a command, or rather than run it. */
  readonly remedy: string;
  /** Whether the remedy comes first even if there is a command; default: no. */
  readonly isRemedyFirst?: boolean;
  /** Whether the lines are none of ours, however many they are. */
  readonly isSure: boolean;
  /** Whether it is refused even if lines of it look like records; default: no. */
  readonly isNeverRead?: boolean;
}

/** Makes a decision on a file; what it throws names what the file is, and the command that makes records of it. */
export function orForeign<T>(file: string, foreign: Foreign | null, decide: () => T): T {
  try {
    return decide();
  } catch (cause) {
    if (!(cause instanceof AiopsError) || cause.code !== 'input_unusable' || foreign === null) throw cause;
    const { what } = foreign;
    if (what !== null) throw notRead(file, { ...foreign, what }, cause);
    throw new AiopsError('input_unusable', cause.message, { hint: foreignHint(file, foreign), cause });
  }
}

/** The refusal of a file whose kind is known. */
export function notRead(
  file: string,
  foreign: Foreign & { readonly what: string },
  cause?: AiopsError,
): AiopsError {
  return new AiopsError('input_unusable', `${file} is ${foreign.what}, which is not read as it is`, {
    hint: foreignHint(file, foreign),
    cause,
  });
}

export function foreignHint(
  file: string,
  { command, output, remedy, isRemedyFirst = false, what, toDo }: Foreign,
): string {
  if (command === null) return remedy;
  const before =
    toDo ??
    (what === null ? 'take the records out of the JSON around them' : 'make a record of each of its values');
  const tool = command.startsWith('jq ') ? ', with jq' : '';
  const first = isRemedyFirst ? `${remedy}, or ` : '';
  return `${first}${before}${tool}: ${onFile(file, command, output)}`;
}

export function jqCommand(filter: string): string {
  return `jq -c ${shellWord(filter)}`;
}

function onFile(file: string, command: string, output: string): string {
  if (file === STDIN_NAME) return `pipe it through ${command}`;
  if (/\.gz$/i.test(file)) return `gzip -dc ${shellPath(file)} | ${command} > ${output}`;
  return `${command} ${shellPath(file)} > ${output}`;
}
