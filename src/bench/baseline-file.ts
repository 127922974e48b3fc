import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import * as z from 'zod';

import { AiopsError, messageOf } from '../core/errors.js';
import { program } from '../program/files.js';
import { BENCH_FILE } from '../output/bench-output.js';
import type { BaselineRun } from './report/baseline.js';

const text = z.string();
const model = z.object({ name: text, version: text, digest: text });
const backend = z.object({
  name: text,
  versions: z.record(text, text),
  threads: z.number(),
  batchSize: z.number().nullable(),
});
const variant = z.object({ name: text, roundMs: z.array(z.number().positive()).min(1) });
const written = z.object({ program: z.object({ name: z.literal(program.name), version: text }) });
const schema = written.extend({
  host: z.object({ node: text, platform: text, processor: text, processors: z.number() }),
  settings: z.record(text, z.unknown()),
  input: text.nullable(),
  cases: z.array(z.object({ model, backend, items: z.number(), arms: z.array(variant) })),
});

/** @throws AiopsError `usage` if the run would overwrite its baseline */
export function refuseToOverwriteBaseline(file: string, out: string): void {
  if (resolve(file) !== resolve(out, BENCH_FILE)) return;
  throw new AiopsError('usage', `this run would overwrite its own baseline, ${file}`, {
    hint: 'write to another folder with --out DIR, or copy the baseline first',
  });
}

/**
 * Reads the `bench.json` of an earlier run. It may be of another version of this program if it has the figures that a
 * comparison needs.
 *
 * @throws AiopsError `input_missing` if it cannot be read, `config` if it is something else
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
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (cause) {
    throw notABaseline(file, messageOf(cause), cause);
  }
  const writer = written.safeParse(content);
  if (!writer.success) throw notABaseline(file, firstIssue(writer.error), writer.error);
  const run = schema.safeParse(content);
  if (run.success) return { file, ...run.data };
  const { version } = writer.data.program;
  if (version === program.version) throw notABaseline(file, firstIssue(run.error), run.error);
  throw new AiopsError(
    'config',
    `${file} is from version ${version}, and version ${program.version} cannot compare with it: ${firstIssue(run.error)}`,
    { hint: 'measure the baseline again with this version', cause: run.error },
  );
}

function notABaseline(file: string, why: string, cause: unknown): AiopsError {
  return new AiopsError('config', `${file} is not a bench.json: ${why}`, {
    hint: 'a baseline is the bench.json in the output folder of aiops-serve bench',
    cause,
  });
}

/** The first issue, and how many others there are. */
function firstIssue({ issues }: z.ZodError): string {
  const [first] = issues;
  const others = issues.length > 1 ? `, and ${issues.length - 1} more` : '';
  return `${first?.path.join('.') ?? ''}: ${first?.message ?? 'not as expected'}${others}`;
}
