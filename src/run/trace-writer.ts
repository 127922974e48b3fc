import type { MinuteTiming } from '../core/types.js';
import { TraceText, type TraceGroup } from '../report/trace.js';
import type { RunOutput } from '../write/run-output.js';

/** Writes the trace of a replay as it goes. */
export class TraceWriter {
  readonly #output: RunOutput;
  readonly #group: TraceGroup;
  readonly #text = new TraceText();

  private constructor(output: RunOutput, group: TraceGroup) {
    this.#output = output;
    this.#group = group;
  }

  /** Null where the run keeps no trace. */
  static async open(output: RunOutput, group: TraceGroup): Promise<TraceWriter | null> {
    if (!output.keepsTrace) return null;
    const writer = new TraceWriter(output, group);
    await output.writeTrace(writer.#text.header() + writer.#text.group(group));
    return writer;
  }

  async enter(minuteMs: number, timing: MinuteTiming): Promise<void> {
    await this.#output.writeTrace(this.#text.minute(this.#group, minuteMs, timing));
  }

  async end(): Promise<void> {
    await this.#output.writeTrace(this.#text.end());
  }
}
