import * as z from 'zod';

import { EXPORT_NAMES } from '../read/exports/names.js';

const text = z.string();
const count = z.number().int().min(0);
const minute = z.string().describe('Start of an interval, ISO 8601.');

const decision = z.strictObject({
  about: text.describe('What was decided, such as `delimiter` or `target`.'),
  choice: text,
  evidence: text,
  source: z
    .enum(['given', 'name', 'shape', 'default'])
    .describe('What decided it: a flag, a name, the data, a default.'),
  flag: text.nullable().describe('The flag that pins or changes it.'),
  alternatives: z.array(text).describe('Flags of other readings that are as good; empty: it is clear.'),
});

const stepBack = z.strictObject({
  line: count.nullable().describe('Null: not known, since only parts of the file were read.'),
  time: text,
  after: text.describe('The latest time before it.'),
  intervals: count.describe('How many intervals it goes back; --grace of this lets it in.'),
});

const input = z.strictObject({
  file: text,
  format: z.enum(['csv', 'jsonl', ...EXPORT_NAMES]).describe('Or the system it was exported from.'),
  layout: z.enum(['rows', 'batches']),
  encoding: z.strictObject({ text: z.literal('UTF-8'), byteOrderMark: z.boolean(), gzip: z.boolean() }),
  sizeBytes: count.nullable(),
  readBytes: count.describe('Bytes of text that were looked at.'),
  read: z.enum(['all', 'head', 'head, middle and tail']),
  delimiter: text.nullable().describe('CSV only.'),
  header: z.array(text).nullable().describe('CSV only.'),
  fields: z.array(
    z.strictObject({
      name: text,
      role: z.enum(['time', 'target', 'label', 'metric', 'metric name', 'value', 'ignored']),
      column: text.nullable().describe('Of a metric: what it is called in the results.'),
    }),
  ),
  decisions: z.array(decision),
  order: z.strictObject({
    earlierRecords: count.describe('Records that are earlier than one before them.'),
    largestStepBack: stepBack.nullable(),
  }),
});

/** What `inspect` finds; published as a schema. */
const inspectionSchema = z.strictObject({
  program: z.strictObject({ name: text, version: text }),
  isSample: z.boolean().describe('Whether counts are of a sample, since the inputs are long.'),
  inputs: z.array(input),
  decisions: z.array(decision).describe('About all inputs together.'),
  intervalMs: z.number().positive(),
  intervalSource: z.enum(['given', 'detected', 'default']),
  firstMinute: minute.nullable(),
  lastMinute: minute.nullable(),
  counts: z.strictObject({
    records: count.describe('accepted + merged + rejected'),
    accepted: count,
    merged: z.number().int(),
    rejected: count,
    filtered: count,
    minutes: count,
  }),
  columns: z.array(
    z.strictObject({ name: text, missing: count.describe('Accepted records without a value.') }),
  ),
  targets: z.strictObject({ count, first: z.array(text).describe('The first names, at most ten.') }),
  gaps: z.strictObject({
    count,
    intervals: count.describe('Intervals without a record of a target that has some before and after.'),
    longest: z.strictObject({ target: text, after: minute, before: minute, intervals: count }).nullable(),
  }),
  labels: z
    .strictObject({ labelled: count, positive: count, other: count.describe('Neither 0 nor 1.') })
    .nullable()
    .describe('Null: no column has labels.'),
  rejects: z.array(
    z.strictObject({
      reason: text,
      count,
      example: z.strictObject({ file: text, line: count.nullable(), message: text }),
      remedy: text,
    }),
  ),
  notices: z.array(z.strictObject({ level: z.enum(['info', 'warning']), text })),
  problem: z
    .strictObject({ message: text, hint: text })
    .nullable()
    .describe('Why replay would refuse the inputs; null: it would not.'),
  command: text.describe('The replay that pins everything that was found, for a shell.'),
});

export type Inspection = z.infer<typeof inspectionSchema>;
export type InspectedInput = Inspection['inputs'][number];

/** The schema of `inspect --json` as JSON Schema. */
export function inspectionJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(inspectionSchema), title: 'aiops-serve inspect --json' };
}
