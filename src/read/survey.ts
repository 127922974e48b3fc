import { type AiopsError } from '../core/errors.js';
import type { ReadCounts, RejectCount, RejectLimit } from '../core/counts.js';
import { blockBytesFor } from './bytes/source.js';
import type { ExportName } from './exports/names.js';
import type { FilePlan, RecordingFacts } from './lines/plan.js';
import type { ReadRules } from './lines/records.js';
import type { PlannedInput } from './planned-input.js';
import { outOfOrder } from './minutes/out-of-order.js';
import { Counters } from './counters.js';
import type { ReadOptions } from './options.js';
import type { FileOrder } from './survey/order.js';
import { readStretches } from './survey/read-stretches.js';
import { EMPTY_STEP, Section } from './survey/section.js';
import { RecordCodec } from './survey/seen-records.js';
import { Tallies } from './survey/tallies.js';

/** What one input is, and how much of it was read. */
export interface SurveyedFile {
  readonly name: string;
  readonly isGzip: boolean;
  /** What it is an export of; null: it is read as it is. */
  readonly exportedFrom: ExportName | null;
  readonly hasByteOrderMark: boolean;
  /** Of the input itself; null: not known. */
  readonly sizeBytes: number | null;
  /** Of its text. */
  readonly readBytes: number;
  readonly read: 'all' | 'head' | 'head, middle and tail';
  readonly plan: FilePlan;
  readonly order: FileOrder;
  /** Why it cannot be replayed as it is; null: it can. */
  readonly refusal: AiopsError | null;
}

/** What the records of a recording, or a sample of them, show whatever their order. */
export interface Survey {
  readonly files: readonly SurveyedFile[];
  readonly counts: ReadCounts;
  readonly rejects: readonly RejectCount[];
  /** @throws AiopsError `reject_limit` if there are more rejects than `limit` allows */
  checkRejects(limit: RejectLimit | null): void;
  readonly tallies: Pick<Tallies, 'firstMs' | 'lastMs' | 'missing' | 'labels' | 'gaps' | 'targets'>;
}

/** How much is read of all inputs together, bytes of text. */
const SURVEY_BYTES = 48 * 1024 * 1024;
const LEAST_BYTES = 256 * 1024;

/**
 * Reads the records of inputs as far as `surveyBytes` reach: short ones completely, of long ones head, middle and tail.
 *
 * @throws AiopsError what reading throws, and `reject_limit`
 */
export async function surveyInputs(
  inputs: readonly PlannedInput[],
  rules: ReadRules,
  { columns, intervalMs }: Pick<RecordingFacts, 'columns' | 'intervalMs'>,
  options: ReadOptions,
  surveyBytes = SURVEY_BYTES,
): Promise<Survey> {
  const { duplicates, grace, fromMs, toMs } = options;
  const blockBytes = blockBytesFor(inputs.length);
  const isInRange = (ms: number): boolean => ms >= (fromMs ?? -Infinity) && ms < (toMs ?? Infinity);
  const mostBytes = Math.max(LEAST_BYTES, Math.floor(surveyBytes / inputs.length));
  const counters = new Counters();
  const codec = new RecordCodec(columns.length);
  const newSection = (): Section =>
    new Section({ isInRange, duplicates, columns: columns.length, codec, counters });
  // Heads belong together: files of one time may each have a part of its records.
  const head = newSection();
  const sections = [head];
  const apart = (): Section => {
    const section = newSection();
    sections.push(section);
    return section;
  };
  const files: SurveyedFile[] = [];
  const reading = { rules, intervalMs, grace, blockBytes, mostBytes, head, apart };
  for (const input of inputs) {
    const { source, plan } = input;
    if (plan === null) continue; // it has no record
    const stretches = await readStretches({ ...input, plan }, reading);
    const { name, isGzip, sizeBytes, byteOffset } = source;
    const exportedFrom = source.exported?.name ?? null;
    files.push({
      ...{ name, isGzip, exportedFrom, sizeBytes, plan, ...stretches },
      refusal: refusalOf(stretches.order, rules, options),
      hasByteOrderMark: byteOffset > 0,
    });
  }
  const tallies = new Tallies(columns.length, intervalMs);
  for (const section of sections) {
    tallies.beginSection();
    for (const batch of section.minutes()) {
      counters.addStep({ ...EMPTY_STEP, batch });
      tallies.add(batch);
    }
  }
  const checkRejects = (limit: RejectLimit | null): void => counters.checkRejects(limit, true);
  return { files, counts: counters.counts, rejects: counters.rejects, checkRejects, tallies };
}

function refusalOf(
  { refused, largest }: FileOrder,
  { intervals }: ReadRules,
  options: ReadOptions,
): AiopsError | null {
  if (refused === null || largest === null) return null;
  const { record, newest } = refused;
  return outOfOrder(record, newest, { intervals, intervalsBack: largest.intervals, options });
}
