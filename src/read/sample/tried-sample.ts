import type { MinuteRecord, Reject } from '../../core/types.js';
import { BlockAssembler } from '../lines/assembler.js';
import type { SampledSource } from './detect.js';
import type { ReadOptions } from '../options.js';
import type { FilePlan } from '../lines/plan.js';
import { openReader } from '../planned-recording.js';
import { readPiece } from '../minutes/read-minutes.js';
import type { ReadRules } from '../lines/records.js';

/** What is looked for in a sample: true from any of them ends the search. */
export interface SampleSearch {
  record(record: MinuteRecord): boolean;
  reject(reject: Reject): boolean;
  filtered(): boolean;
}

/** Thrown by the sink to end the search. */
class SearchEnded extends Error {
  readonly isFound: boolean;

  constructor(isFound: boolean) {
    super();
    this.isFound = isFound;
  }
}

/** The sample of one file, read as the file will be read. */
export class TriedSample {
  readonly plan: FilePlan;
  readonly #input: SampledSource;
  readonly #maxLineBytes: number;

  constructor(input: SampledSource, plan: FilePlan, { maxLineBytes }: Pick<ReadOptions, 'maxLineBytes'>) {
    this.#input = input;
    this.plan = plan;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Goes through the sample until the search says true; whether it did. */
  some(rules: ReadRules, search: SampleSearch): boolean {
    // The chunks may hold more than the sample, depending on how they came.
    const { lastLine } = this.#input.sample;
    const judge = (line: number, isFound: () => boolean): void => {
      if (line > lastLine) throw new SearchEnded(false);
      if (isFound()) throw new SearchEnded(true);
    };
    try {
      this.#read(rules, {
        record: (record) => judge(record.source.line, () => search.record(record)),
        reject: (reject) => judge(reject.source.line, () => search.reject(reject)),
        filtered: (line) => judge(line, () => search.filtered()),
      });
    } catch (error) {
      if (error instanceof SearchEnded) return error.isFound;
      throw error;
    }
    return false;
  }

  /** The minute of the first record whose time can be read, accepted or rejected, epoch ms; NaN if there is none. */
  firstMinute(rules: ReadRules): number {
    let firstMs = NaN;
    const isDated = ({ minuteMs }: { readonly minuteMs: number }): boolean => {
      firstMs = minuteMs;
      return !Number.isNaN(minuteMs);
    };
    this.some(rules, { record: isDated, reject: isDated, filtered: () => false });
    return firstMs;
  }

  #read(rules: ReadRules, sink: Parameters<typeof openReader>[2]): void {
    const { sampled, source } = this.#input;
    const assembler = new BlockAssembler(this.#maxLineBytes, source.byteOffset);
    const reader = openReader(this.plan, rules, sink);
    for (const chunk of sampled)
      for (const piece of assembler.push(chunk)) readPiece(piece, assembler, reader);
    for (const piece of assembler.end()) readPiece(piece, assembler, reader);
  }
}
