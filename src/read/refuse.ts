import { AiopsError } from '../core/errors.js';
import { oneLine } from '../core/one-line.js';
import type { Reject } from '../core/types.js';
import type { FilePlan } from './lines/plan.js';
import type { ReadRules } from './lines/records.js';
import type { FileSample } from './sample/sample.js';
import type { TriedSample } from './sample/tried-sample.js';

/**
 * Makes sure that a JSONL file has objects on its lines, or items in them.
 *
 * @throws AiopsError `input_unusable`
 */
export function refuseWithoutRecords({ file, fields, lines, firstLine }: FileSample): void {
  if (fields !== null) return;
  const seen = lines === 1 ? 'its only line' : `none of its first ${lines} lines`;
  const holds = lines === 1 ? 'holds no record' : 'holds a record';
  throw new AiopsError(
    'input_unusable',
    `${file}: ${seen} ${holds}; the first one begins ${oneLine(firstLine)}`,
    {
      hint: firstLine.trimStart().startsWith('[') ? listHint(file) : CSV_HINT,
    },
  );
}

const CSV_HINT =
  'a line is {"timestamp": …, "target": …, …} or {"minute": …, "items": […]}; if it is CSV, add --format csv';

function listHint(file: string): string {
  return `it is a JSON list; make lines of it: jq -c '.[]' ${file} > lines.jsonl`;
}

/**
 * Makes sure that not every record of the sample is rejected: then something is wrong with all of them,
 * and the first one's reason says more than thousands of rejects.
 *
 * @throws AiopsError `input_unusable`
 */
export function refuseUnreadable(samples: readonly TriedSample[], rules: ReadRules): void {
  const rejected: { reject: Reject; plan: FilePlan }[] = [];
  let count = 0;
  for (const sample of samples) {
    const hasRecord = sample.some(rules, {
      record: () => true,
      filtered: () => true,
      reject: (reject) => {
        if (count++ === 0) rejected.push({ reject, plan: sample.plan });
        return false;
      },
    });
    if (hasRecord) return;
  }
  const [first] = rejected;
  if (first !== undefined) throw unreadable(first, count);
}

function unreadable({ reject, plan }: { reject: Reject; plan: FilePlan }, count: number): AiopsError {
  const { file, line } = reject.source;
  const records = count === 1 ? 'its only record' : `each of its first ${count} records`;
  return new AiopsError(
    'input_unusable',
    `nothing in ${file} can be read: ${records} is rejected, the first one at ${file}:${line}: ${oneLine(reject.message)}`,
    { hint: hintFor(reject, plan) },
  );
}

function hintFor(reject: Reject, plan: FilePlan): string {
  switch (reject.reason) {
    case 'bad_line':
      return plan.format === 'jsonl' ? CSV_HINT : 'if it is JSONL, add --format jsonl';
    case 'no_time':
    case 'bad_time':
      return 'times are ISO 8601, YYYY-MM-DD HH:MM[:SS], or epoch seconds or milliseconds; name their column with --time-column';
    case 'no_target':
      return 'name the column of the targets with --target-column';
    case 'bad_value':
      return 'name the columns that hold numbers with --columns';
    case 'bad_shape':
      return 'a list of values needs one per column, and one with a window of its own the window of the model';
    default:
      return 'see the format in docs/formats.md';
  }
}
