import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import * as z from 'zod';

import { AiopsError, messageOf } from '../core/errors.js';
import type { BaselineRun } from '../bench/report/baseline.js';

const text = z.string();
const model = z.object({ name: text, version: text, digest: text });
const backend = z.object({
  name: text,
  versions: z.record(text, text),
  threads: z.number(),
  batchSize: z.number().nullable(),
});
const arm = z.object({ name: text, roundMs: z.array(z.number().positive()).min(1) });
const schema = z.object({
  program: z.object({ name: z.literal('aiops-serve'), version: text }),
  host: z.object({ node: text, platform: text, processor: text, processors: z.number() }),
  settings: z.record(text, z.unknown()),
  input: text.nullable(),
  cases: z.array(z.object({ model, backend, items: z.number(), arms: z.array(arm) })),
});

/** @throws AiopsError `usage` if a run would replace the file that it is to be compared with */
export function keepBaseline(file: string, out: string): void {
  if (resolve(file) !== resolve(out, 'bench.json')) return;
  throw new AiopsError('usage', `this run would replace its own baseline, ${file}`, {
    hint: 'write to another folder with --out DIR, or copy the baseline first',
  });
}

/**
 * Reads the `bench.json` of an earlier run.
 *
 * @throws AiopsError `input_missing` where it cannot be read, `config` where it is something else
 */
export async function readBaseline(file: string): Promise<BaselineRun> {
  let json: string;
  try {
    json = await readFile(file, 'utf8');
  } catch (cause) {
    throw new AiopsError('input_missing', `cannot read the baseline: ${messageOf(cause)}`, {
      hint: 'give the bench.json of an earlier run',
      cause,
    });
  }
  try {
    return { file, ...schema.parse(JSON.parse(json)) };
  } catch (cause) {
    const why = cause instanceof z.ZodError ? firstIssue(cause) : messageOf(cause);
    throw new AiopsError('config', `${file} is not a bench.json: ${why}`, {
      hint: 'give the bench.json that an earlier aiops-serve bench wrote to its output folder',
      cause,
    });
  }
}

/** The first problem, and the number of others. */
function firstIssue({ issues }: z.ZodError): string {
  const [first] = issues;
  const others = issues.length > 1 ? `, and ${issues.length - 1} more` : '';
  return `${first?.path.join('.') ?? ''}: ${first?.message ?? 'not as expected'}${others}`;
}
