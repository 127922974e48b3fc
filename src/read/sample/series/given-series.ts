import { AiopsError } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';
import { inShell } from '../names.js';

/** What `--series` is given for a series per file, whatever files are parts of one. */
export const EACH_FILE = 'files';

/**
 * The series of each input by `--series`: one name for all, or a regular expression whose groups find it in the path,
 * null where they do not. Null: the files decide.
 *
 * @throws AiopsError `usage`: an invalid expression
 */
export function seriesBy(given: string | undefined, inputs: readonly string[]): (string | null)[] | null {
  if (given === undefined || given === EACH_FILE) return null;
  if (!given.includes('(')) return inputs.map(() => given);
  const pattern = patternOf(given);
  return inputs.map((input) => nameBy(pattern, input));
}

function nameBy(pattern: RegExp, input: string): string | null {
  const groups = pattern.exec(input)?.slice(1).filter(Boolean) ?? [];
  return groups.length === 0 ? null : groups.join('/');
}

export function noSeriesName(given: string, input: string): AiopsError {
  return new AiopsError('usage', `--series ${inShell(given)} finds no name in ${oneLine(input)}`, {
    hint: "give one name for all files, or a regular expression with a group that matches the name in every path, such as '(web-[0-9]+)'",
  });
}

/** More names make no readable expression. */
const MOST_NAMES = 8;

/** What to give `--series` so that each input has its name; null: no short expression finds them. */
export function seriesFlag(inputs: readonly string[], names: readonly string[]): string | null {
  const distinct = [...new Set(names)];
  const [only = ''] = distinct;
  if (distinct.length === 1 && only !== EACH_FILE && !only.includes('(')) return only;
  const shapes = new Set(distinct.map((name) => escaped(name).replaceAll(/\d+/g, '[0-9]+')));
  // The longest first, since the first that matches counts.
  const longest = distinct.map(escaped).sort((a, b) => b.length - a.length);
  const patterns = [
    ...(distinct.length <= MOST_NAMES ? [longest.join('|')] : []),
    ...(shapes.size === 1 ? [[...shapes].join('')] : []),
  ].flatMap((name) => [`(${name})`, `\\b(${name})\\b`]);
  const finds = (pattern: string): boolean =>
    inputs.every((input, i) => nameBy(new RegExp(pattern), input) === names[i]);
  return patterns.find(finds) ?? null;
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function patternOf(given: string): RegExp {
  try {
    return new RegExp(given);
  } catch (cause) {
    throw new AiopsError('usage', `--series ${inShell(given)} is no regular expression`, {
      hint: "give a name without parentheses, or an expression such as '(web-[0-9]+)'",
      cause,
    });
  }
}
