import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

import { execa } from 'execa';

import { AiopsError } from '../core/errors.js';
import { TOOLS, type ToolNeed } from './native/recipe.js';
import type { Tool } from './run-tool.js';

type Environment = Readonly<Record<string, string | undefined>>;

export type ToolName = ToolNeed['name'];

/** What was found of what is needed, in the order of need. */
export interface FoundTools {
  readonly found: ReadonlyMap<ToolName, Tool>;
  readonly missing: readonly { readonly need: ToolNeed; readonly reason: string }[];
}

/** Looks for each tool on the PATH and asks it for its version: what cannot even tell that is as good as missing. */
export async function findTools(
  names: readonly ToolName[],
  environment: Environment,
  signal: AbortSignal,
): Promise<FoundTools> {
  const found = new Map<ToolName, Tool>();
  const missing: FoundTools['missing'][number][] = [];
  for (const need of TOOLS.filter(({ name }) => names.includes(name))) {
    const tool = await findTool(need, environment, signal);
    if (typeof tool === 'string') missing.push({ need, reason: tool });
    else found.set(need.name, tool);
  }
  return { found, missing };
}

/** @throws AiopsError 'backend' naming all that is missing, each with how to get it */
export function requireAll({ missing }: FoundTools): void {
  if (missing.length === 0) return;
  const lines = missing.flatMap(({ need, reason }) => [
    `  ${need.title} (${need.why}): ${reason}`,
    ...need.howToGet.map((line) => `    ${line}`),
  ]);
  throw new AiopsError('backend', `native install needs what is missing here:\n${lines.join('\n')}`, {
    hint: 'or go on without: --backend wasm needs nothing',
  });
}

async function findTool(
  need: ToolNeed,
  environment: Environment,
  signal: AbortSignal,
): Promise<Tool | string> {
  const chosen = need.name === 'compiler' ? (environment['CXX'] ?? '').trim() : '';
  const candidates = chosen === '' ? need.programs.map((program) => [program]) : [chosen.split(/\s+/)];
  let reason = chosen === '' ? 'not found' : `CXX is ${chosen}, which is not found`;
  for (const [program = '', ...own] of candidates) {
    const path = programPath(program, environment['PATH'] ?? '');
    if (path === null) continue;
    const prefix = [...own, ...need.prefix];
    const { failed, stdout, stderr } = await execa(path, [...prefix, '--version'], {
      stdin: 'ignore',
      reject: false,
      timeout: 60_000,
      cancelSignal: signal,
    });
    if (!failed) return { path, prefix, version: firstLine(stdout) };
    reason = `${[path, ...prefix].join(' ')} does not run: ${firstLine(stderr) || 'no reason given'}`;
  }
  return reason;
}

function programPath(program: string, searchPath: string): string | null {
  if (program.includes('/')) return isProgram(program) ? resolve(program) : null;
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => resolve(folder, program)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
