import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { AiopsError, messageOf } from '../core/errors.js';
import type { InputSpec } from '../core/types.js';
import { MOST_INTERVALS } from '../core/window.js';
import type { Analyzer, AnalyzerContext, CreateAnalyzer } from '../model/analyzer.js';

/** A user's module that is set up, and what it says of itself. */
export interface AnalyzerModule {
  readonly analyzer: Analyzer;
  readonly input: InputSpec;
  readonly name: string;
  readonly version: string;
  /** sha256 of the module's own text; what it imports is not in it. */
  readonly moduleSum: string;
}

/**
 * Imports a module and creates its analyzer, which comes as JavaScript: what it says is as unchecked as input.
 *
 * @throws AiopsError 'model' that names the module and what was expected of it; what its bundles throw passes
 */
export async function importAnalyzer(path: string, context: AnalyzerContext): Promise<AnalyzerModule> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refused(path, `can't be read: ${messageOf(cause)}`, 'check the path after --analyzer', cause);
  });
  const create = await createFunction(path);
  const analyzer = await explained(path, 'createAnalyzer', async () => checked(path, await create(context)));
  return {
    analyzer: {
      window: analyzer.window,
      predict: (items, call) => explained(path, 'predict', async () => analyzer.predict(items, call)),
      dispose: async () => analyzer.dispose?.(),
    },
    input: {
      window: analyzer.window,
      columns: analyzer.columns ?? 'each',
      missing: analyzer.missing ?? 'hold',
    },
    name: analyzer.name ?? basename(path).replace(/\.[cm]?js$/, ''),
    version: analyzer.version ?? 'unversioned',
    moduleSum: createHash('sha256').update(bytes).digest('hex'),
  };
}

async function createFunction(path: string): Promise<CreateAnalyzer> {
  let module: { readonly createAnalyzer?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as typeof module;
  } catch (cause) {
    throw refused(
      path,
      `can't be imported: ${originOf(path, cause)}`,
      `\`node ${path}\` shows the place`,
      cause,
    );
  }
  if (typeof module.createAnalyzer === 'function') return module.createAnalyzer as CreateAnalyzer;
  const found = Object.keys(module);
  throw refused(
    path,
    `exports no function createAnalyzer, ${found.length === 0 ? 'nothing at all' : `only ${found.join(', ')}`}`,
    'export function createAnalyzer(context) { return { window, predict(items) { … } }; }',
  );
}

/** Runs the user's code; what it throws is told with the module and the place. */
async function explained<T>(path: string, where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AiopsError) throw cause;
    const hint =
      where === 'predict' ? 'for what is wrong with one item, answer { errno, errmsg }' : 'correct it there';
    throw refused(path, `fails in ${where}: ${originOf(path, cause)}`, hint, cause);
  }
}

/** What an analyzer may consist of; a class of the user's may have more. */
const MEMBERS = ['name', 'version', 'window', 'columns', 'missing', 'predict', 'dispose'];

function checked(path: string, given: unknown): Analyzer {
  if (typeof given !== 'object' || given === null)
    throw refused(path, `creates ${String(given)} in place of an analyzer`, CONTRACT);
  const { window, columns, missing, name, version, predict, dispose } = given as Readonly<
    Record<string, unknown>
  >;
  const wrong = (field: string, value: unknown, expected: string): AiopsError =>
    refused(path, `creates an analyzer whose ${field} is ${shown(value)}, expected ${expected}`, CONTRACT);
  if (!Number.isInteger(window) || Number(window) < 1 || Number(window) > MOST_INTERVALS)
    throw wrong('window', window, `a whole number from 1 to ${MOST_INTERVALS}`);
  if (typeof predict !== 'function') throw wrong('predict', predict, 'a function');
  if (columns !== undefined && columns !== 'each' && !areNames(columns))
    throw wrong('columns', columns, '"each" or a list of different column names');
  if (missing !== undefined && missing !== 'hold' && missing !== 'zero' && missing !== 'reject')
    throw wrong('missing', missing, '"hold", "zero" or "reject"');
  for (const [field, value] of Object.entries({ name, version })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw wrong(field, value, 'a text');
  }
  if (dispose !== undefined && typeof dispose !== 'function') throw wrong('dispose', dispose, 'a function');
  const isPlain = Object.getPrototypeOf(given) === Object.prototype;
  const unknown = isPlain ? Object.keys(given).filter((member) => !MEMBERS.includes(member)) : [];
  if (unknown.length > 0)
    throw refused(path, `creates an analyzer with ${unknown.join(', ')}, which mean nothing here`, CONTRACT);
  return given as Analyzer;
}

const CONTRACT = "docs/analyzers.md tells what an analyzer is; the types are in `import('aiops-serve')`";

function areNames(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && name !== '') &&
    new Set(value).size === value.length
  );
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : inspect(value, { breakLength: Infinity, depth: 1 });
}

/** What was thrown, with the first place in the module's folder: a message alone is hard to find. */
function originOf(path: string, cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const folder = pathToFileURL(dirname(path)).href;
  // Word by word, not by one expression over all: the message may be long and full of the same beginning.
  const place = cause.stack
    ?.split(/[\s)]+|\((?=file:)/)
    .find((word) => word.startsWith(`${folder}/`) && /:\d+$/.test(word));
  return place === undefined ? cause.message : `${cause.message} (${place})`;
}

function refused(path: string, what: string, hint: string, cause?: unknown): AiopsError {
  return new AiopsError('model', `the analyzer ${path} ${what}`, { hint, cause });
}
