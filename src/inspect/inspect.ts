import type { Readable } from 'node:stream';

import type { RejectLimit } from '../core/counts.js';
import { AiopsError, REPLAY_REMEDIES, type Notice } from '../core/errors.js';
import { isoTime } from '../core/time.js';
import { findModel } from '../model/model-choice.js';
import { program } from '../program/package-files.js';
import { remedyOf } from '../read/lines/reject-remedies.js';
import { readOptionsFor } from '../read/model-needs.js';
import type { ReadSettings } from '../read/options.js';
import { openRecording, type Recording } from '../read/recording.js';
import { byFrequency } from '../read/reject-tally.js';
import type { Decision } from '../read/sample/decision.js';
import type { Survey, SurveyedFile } from '../read/survey.js';
import { fieldRoles } from './field-roles.js';
import type { InspectedInput, Inspection } from './inspection.js';
import { pinnedCommand, type GivenFlag } from './pinned-command.js';

export interface InspectConfig {
  /** Paths, or `-` for standard input. */
  readonly inputs: readonly string[];
  readonly read: ReadSettings;
  /** The flags of reading that were given. */
  readonly given: readonly GivenFlag[];
  readonly maxRejects: RejectLimit | null;
  /** How much to read of all inputs; default: as much as is quickly read. */
  readonly surveyBytes?: number;
}

/** What an inspection found; `refusal`: what replay would refuse the inputs with. */
export interface Inspected {
  readonly inspection: Inspection;
  readonly refusal: AiopsError | null;
}

/**
 * Finds out how recordings would be read, and what they hold.
 *
 * @throws AiopsError what reading throws, except `input_out_of_order`
 */
export async function inspect(config: InspectConfig, stdin: Readable): Promise<Inspected> {
  const { inputs, read } = config;
  await using recording = await openRecording(inputs, await readOptions(read), stdin);
  const survey = await recording.survey(config.surveyBytes);
  const refusal =
    survey.files.find((file) => file.refusal !== null)?.refusal ?? tooManyRejects(survey, config.maxRejects);
  const { decisions, columns } = recording;
  const command = pinnedCommand({ ...config, files: survey.files, decisions, columns });
  return { inspection: inspectionOf({ recording, survey, refusal, command }), refusal };
}

/** A minute-batch may bring windows of the length that the model takes; without a model, the built-in one's. */
async function readOptions(read: ReadSettings): Promise<Parameters<typeof openRecording>[1]> {
  const { input } = await findModel({ kind: 'model', path: null, bare: null, threshold: null });
  return readOptionsFor(read, input ?? { window: 1, columns: 'each', missing: 'hold' });
}

interface Findings {
  readonly recording: Recording;
  readonly survey: Survey;
  readonly refusal: AiopsError | null;
  readonly command: string;
}

const MOST_NAMED = 10;

function inspectionOf({ recording, survey, refusal, command }: Findings): Inspection {
  const { columns, decisions, intervalMs, intervalSource } = recording;
  const { files, counts, tallies, rejects } = survey;
  const { records, accepted, merged, rejected, filtered, minutes } = counts;
  const names = new Set(files.map(({ name }) => name));
  const { longest } = tallies.gaps;
  const { targets } = tallies;
  return {
    program,
    isSample: files.some(({ read }) => read !== 'all'),
    inputs: files.map((file) => inputOf(file, recording)),
    decisions: decisions.filter(({ file }) => !names.has(file)).flatMap((each) => each.decisions.map(plain)),
    ...{ intervalMs, intervalSource },
    firstMinute: minuteText(tallies.firstMs),
    lastMinute: minuteText(tallies.lastMs),
    counts: { records, accepted, merged, rejected, filtered, minutes },
    columns: columns.map((name, i) => ({ name, missing: tallies.missing[i] ?? 0 })),
    targets: { count: targets.length, first: targets.slice(0, MOST_NAMED) },
    gaps: {
      count: tallies.gaps.count,
      intervals: tallies.gaps.intervals,
      longest: longest && {
        target: longest.target,
        after: isoTime(longest.afterMs),
        before: isoTime(longest.beforeMs),
        intervals: longest.intervals,
      },
    },
    labels: recording.hasLabels ? { ...tallies.labels } : null,
    rejects: byFrequency(rejects).map(({ reason, count, example, example: { file, line, message } }) => ({
      reason,
      count,
      example: { file, line: lineNumber(line), message },
      remedy: remedyOf(reason, { example }),
    })),
    notices: [...recording.notices, ...recording.lateNotices()].map(({ level, text }): Notice => ({
      level,
      text,
    })),
    problem: refusal && {
      message: refusal.message,
      hint: refusal.hintWith({ ...REPLAY_REMEDIES, rereadRun: '' }) ?? '',
    },
    command,
  };
}

function inputOf(file: SurveyedFile, { decisions }: Recording): InspectedInput {
  const { name, plan, isGzip, exportedFrom, hasByteOrderMark, sizeBytes, readBytes, read, order } = file;
  const { largest, earlier } = order;
  const isCsv = plan.format === 'csv' && exportedFrom === null;
  return {
    file: name,
    format: exportedFrom ?? plan.format,
    layout: plan.layout,
    encoding: { text: 'UTF-8', byteOrderMark: hasByteOrderMark, gzip: isGzip },
    ...{ sizeBytes, readBytes, read },
    delimiter: isCsv ? plan.delimiter : null,
    header: isCsv ? [...plan.header] : null,
    fields: fieldRoles(plan),
    decisions: decisions.filter((each) => each.file === name).flatMap((each) => each.decisions.map(plain)),
    order: {
      earlierRecords: earlier,
      largestStepBack: largest && {
        line: lineNumber(largest.line),
        time: isoTime(largest.timeMs),
        after: isoTime(largest.newestMs),
        intervals: largest.intervals,
      },
    },
  };
}

function plain({
  about,
  choice,
  evidence,
  source,
  flag,
  alternatives,
}: Decision): InspectedInput['decisions'][number] {
  return { about, choice, evidence, source, flag, alternatives: [...alternatives] };
}

/** Null for 0, which stands for a number that is not known. */
function lineNumber(line: number): number | null {
  return line === 0 ? null : line;
}

function minuteText(minuteMs: number | null): string | null {
  return minuteMs === null ? null : isoTime(minuteMs);
}

function tooManyRejects(survey: Survey, limit: RejectLimit | null): AiopsError | null {
  try {
    survey.checkRejects(limit);
    return null;
  } catch (error) {
    if (error instanceof AiopsError && error.code === 'reject_limit') return error;
    throw error;
  }
}
