import type { BlockTiming } from '../core/types.js';
import { TraceText, type TraceGroup } from './trace.js';

/** Takes the text of a trace. */
export interface TraceSink {
  /** Whether there is a trace to write. */
  readonly keepsTrace: boolean;
  writeTrace(text: string): Promise<void>;
}

/** The part of a trace that shows one group of actors. */
export interface TracedGroup {
  /** Enters a block; `minuteMs` is its first minute. */
  enter(minuteMs: number, timing: BlockTiming): Promise<void>;
}

/** Writes a trace during the run. */
export class TraceWriter {
  readonly #sink: TraceSink;
  readonly #text = new TraceText();

  private constructor(sink: TraceSink) {
    this.#sink = sink;
  }

  /** Null where the run writes no trace. */
  static async open(sink: TraceSink): Promise<TraceWriter | null> {
    if (!sink.keepsTrace) return null;
    const writer = new TraceWriter(sink);
    await sink.writeTrace(writer.#text.header());
    return writer;
  }

  /** Enters actors that have started; their blocks follow. */
  async begin(group: TraceGroup): Promise<TracedGroup> {
    await this.#sink.writeTrace(this.#text.group(group));
    return { enter: (minuteMs, timing) => this.#sink.writeTrace(this.#text.block(group, minuteMs, timing)) };
  }

  async end(): Promise<void> {
    await this.#sink.writeTrace(this.#text.end());
  }
}
