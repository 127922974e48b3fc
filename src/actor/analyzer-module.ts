import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { AiopsError, messageOf } from '../core/errors.js';
import type { InputSpec } from '../core/types.js';
import { MOST_INTERVALS } from '../core/look-back.js';
import type { Analyzer, AnalyzerContext, CreateAnalyzer } from '../model/analyzer.js';

/** The analyzer of a user's module, and its description. */
export interface AnalyzerModule {
  readonly analyzer: Analyzer;
  readonly input: InputSpec;
  readonly name: string;
  readonly version: string;
  /** sha256 of the module's text, without what it imports. */
  readonly moduleSum: string;
}

/**
 * Imports a module and creates its analyzer. Checks it like any input, because it is JavaScript.
 *
 * @throws AiopsError 'model' naming the module and what was expected of it; errors of its bundles are passed on
 */
export async function importAnalyzer(path: string, context: AnalyzerContext): Promise<AnalyzerModule> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refused(path, `cannot be read: ${messageOf(cause)}`, 'check the path after --analyzer', cause);
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
    const name = missingPackage(cause);
    throw refused(
      path,
      `cannot be imported: ${originOf(path, cause)}`,
      name === null ? `\`node ${path}\` shows where` : `install it beside the analyzer: npm install ${name}`,
      cause,
    );
  }
  if (typeof module.createAnalyzer === 'function') return module.createAnalyzer as CreateAnalyzer;
  const found = Object.keys(module);
  throw refused(
    path,
    `does not export a function createAnalyzer, ${found.length === 0 ? 'or anything else' : `only ${found.join(', ')}`}`,
    'export function createAnalyzer(context) { return { window, predict(items) { … } }; }',
  );
}

/** Runs the user's code; reports what it throws with the module and the location. */
async function explained<T>(path: string, where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AiopsError) throw cause;
    throw refused(path, `fails in ${where}: ${originOf(path, cause)}`, hintFor(where, cause), cause);
  }
}

function hintFor(where: string, cause: unknown): string {
  if (where === 'predict') return 'if only one item is invalid, answer { errno, errmsg } for it';
  const isParam = cause instanceof Error && cause.message.includes('--param');
  return isParam ? 'give it on the command line: --param NAME=VALUE' : 'correct it there';
}

/** The package that an import did not find; null: it failed otherwise. */
function missingPackage(cause: unknown): string | null {
  if (!(cause instanceof Error) || (cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND')
    return null;
  return /^Cannot find package '([^']+)'/.exec(cause.message)?.[1] ?? null;
}

/** The members of an analyzer; instances of a user's class may have more. */
const MEMBERS = ['name', 'version', 'window', 'columns', 'missing', 'predict', 'dispose'];

function checked(path: string, given: unknown): Analyzer {
  if (typeof given !== 'object' || given === null)
    throw refused(path, `creates ${String(given)} instead of an analyzer`, CONTRACT);
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
    throw refused(path, `creates an analyzer with unknown members: ${unknown.join(', ')}`, CONTRACT);
  return given as Analyzer;
}

const CONTRACT = "docs/analyzers.md describes analyzers; the types are in `import('aiops-serve')`";

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

/** What was thrown, with the first location in the module's folder. */
function originOf(path: string, cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const folder = pathToFileURL(dirname(path)).href;
  // Word by word, because one expression could backtrack badly on a long message.
  const place = cause.stack
    ?.split(/[\s)]+|\((?=file:)/)
    .find((word) => word.startsWith(`${folder}/`) && /:\d+$/.test(word));
  return place === undefined ? cause.message : `${cause.message} (${place})`;
}

function refused(path: string, what: string, hint: string, cause?: unknown): AiopsError {
  return new AiopsError('model', `the analyzer ${path} ${what}`, { hint, cause });
}
