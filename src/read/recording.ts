import type { Readable } from 'node:stream';
import { AiopsError } from '../core/errors.js';
import type { Notice } from '../core/errors.js';
import type { ParseTime } from '../core/time.js';
import { checkOptions, refuseSameFiles } from './check-options.js';
import { chooseColumns } from './sample/columns.js';
import { takeSample } from './sample/detect.js';
import type { SampledSource } from './sample/detect.js';
import { listNames } from './sample/fields.js';
import { chooseInterval } from './sample/interval.js';
import type { ReadOptions } from './options.js';
import { headMinutes } from './minutes/ownership.js';
import type { FilePlan, Layout } from './lines/plan.js';
import { FROM_THE_BEGINNING, plannedRecording, readRules } from './planned-recording.js';
import type { PlannedInput } from './planned-recording.js';
import type { Recording } from './recording-types.js';
import { refuseUnreadable, refuseWithoutRecords } from './refuse.js';
import type { ReadRules } from './lines/records.js';
import { FILE_START } from './bytes/resume.js';
import { unreadHint } from './sample/sample.js';
import { blockBytesFor, closeAll, openSource } from './bytes/source.js';
import type { ByteSource } from './bytes/source.js';
import { TriedSample } from './sample/tried-sample.js';

export type { ReadOptions } from './options.js';
export type { ReadExtent, ReadProgress, Recording } from './recording-types.js';

/** Bytes that are looked at to find columns and interval, over all files. */
const SAMPLE_BYTES = 16 * 1024 * 1024;

/**
 * Opens recordings, `-` being standard input, and finds out their format, columns and interval.
 *
 * @throws AiopsError `usage`: an option cannot be; `input_missing`: no such file, a folder, unreadable;
 *   `input_empty`: no record; `input_unusable`: no time or numeric column, a named one that is not there,
 *   no record of the sample that can be read, not text
 */
export async function openRecording(
  inputs: readonly string[],
  options: ReadOptions,
  stdin: Readable,
): Promise<Recording> {
  const parseTime = checkOptions(inputs, options);
  await refuseSameFiles(inputs);
  const blockBytes = blockBytesFor(inputs.length);
  const sourceOptions = { blockBytes, maxExpansion: options.maxExpansion };
  const sources: ByteSource[] = [];
  try {
    for (const input of inputs) sources.push(await openSource(input, sourceOptions, stdin));
    const sampleBytes = Math.max(blockBytes, Math.floor(SAMPLE_BYTES / inputs.length));
    const sampled: SampledSource[] = [];
    for (const source of sources) sampled.push(await takeSample(source, options, parseTime, sampleBytes));
    return describe(sampled, options, parseTime);
  } catch (error) {
    await closeAll(sources);
    throw error;
  }
}

function describe(all: readonly SampledSource[], options: ReadOptions, parseTime: ParseTime): Recording {
  const inputs = all.filter(({ sample }) => sample.lines > 0);
  const empty = all.filter(({ sample }) => sample.lines === 0);
  if (inputs.length === 0) throw noRecord(all);
  for (const { sample } of inputs) refuseWithoutRecords(sample);
  const {
    intervalMs,
    source: intervalSource,
    notice,
  } = chooseInterval(
    options.interval,
    inputs.map(({ sample }) => sample.steps),
  );
  const chosen = chooseColumns(inputs, options, intervalMs);
  const layout = oneLayout(chosen.plans);
  const samples = inputs.map((input, i) => new TriedSample(input, planAt(chosen.plans, i), options));
  const rulesOf = (which: ReadOptions): ReadRules => readRules(which, parseTime, intervalMs);
  // What all shares and slices decide alike, whichever of them reads.
  refuseUnreadable(samples, rulesOf({ ...options, shard: null }));
  const { targets: _, ...ofAnyTarget } = options;
  const anyTarget = rulesOf({ ...ofAnyTarget, shard: null });
  const headMs = headMinutes(samples.map((sample) => sample.firstMinute(anyTarget)));
  const planned = all.map((input): PlannedInput => {
    const { source } = input;
    const chunks = (): AsyncIterable<Buffer> => input.chunks();
    const i = inputs.indexOf(input);
    if (i < 0) return { source, plan: null, start: 'end', headMs: -Infinity, chunks };
    return {
      source,
      plan: planAt(chosen.plans, i),
      start: FILE_START,
      headMs: headMs[i] ?? -Infinity,
      chunks,
    };
  });
  const notices = [...chosen.notices, notice, ...empty.map(emptyNotice)];
  const facts = { columns: chosen.columns, intervalMs, intervalSource, layout, notices };
  return plannedRecording(planned, facts, rulesOf(options), options, FROM_THE_BEGINNING);
}

function planAt(plans: readonly FilePlan[], index: number): FilePlan {
  const plan = plans[index];
  if (plan === undefined) throw new Error(`no plan for file ${index}`);
  return plan;
}

function oneLayout(plans: readonly FilePlan[]): Layout {
  const [first] = plans;
  const other = plans.find((plan) => plan.layout !== first?.layout);
  if (first === undefined || other === undefined) return first?.layout ?? 'rows';
  throw new AiopsError(
    'input_unusable',
    `${first.file} holds ${first.layout}, but ${other.file} holds ${other.layout}: one recording has one layout`,
    { hint: 'replay them one after another' },
  );
}

function noRecord(all: readonly SampledSource[]): AiopsError {
  const names = listNames(
    all.map(({ source }) => source.name),
    3,
  );
  const header = all[0]?.sample.header ?? [];
  const unread = all.find(({ sample }) => sample.unread !== null)?.sample.unread;
  if (header.length === 0 && unread !== null && unread !== undefined) {
    const { source, reason, message } = unread;
    const text = `nothing in ${names} can be read, from ${source.file}:${source.line} on: ${message}`;
    return new AiopsError('input_unusable', text, { hint: unreadHint(reason) });
  }
  if (header.some((name) => name.includes('\r'))) {
    return new AiopsError('input_unusable', `${names}: all on one line, with carriage returns in it`, {
      hint: "make line ends of them: tr '\\r' '\\n' < FILE",
    });
  }
  return header.length > 0
    ? new AiopsError('input_empty', `${names}: a header (${listNames(header)}), but no record after it`, {
        hint: 'a recording has a header line, then a line for each target and minute',
      })
    : new AiopsError('input_empty', `${names}: empty`, { hint: 'check what was to write the recording' });
}

function emptyNotice({ source }: SampledSource): Notice {
  return { level: 'warning', text: `${source.name} holds no record` };
}
