import type { Answers } from '../core/block.js';
import { rowErrors } from '../core/row-errors.js';
import { metricLines } from './metric-lines.js';
import { blockLines, OUTPUT_LIMIT } from '../core/result-lines.js';
import type { InputSpec } from '../core/types.js';
import { planRows } from '../core/windows.js';
import type { Chunk } from '../protocol/messages.js';
import type { BlockRunner, Pause } from './block-runner.js';
import { RowAnswers } from './row-answers.js';

export interface ChunkAnswers {
  readonly answers: Answers;
  /** Rows that were given to the model. */
  readonly items: number;
}

/**
 * Answers all rows of a chunk, and formats its result lines if they are requested.
 *
 * @throws what the runner throws
 */
export async function answerChunk(
  { block, callItems, untried, style, lines, outputs }: Chunk,
  runner: BlockRunner,
  input: InputSpec,
  pause: Pause,
): Promise<ChunkAnswers> {
  const plan = planRows(block, input, untried);
  const shownOutputs = lines === null ? 0 : lines.fullOutput ? Infinity : OUTPUT_LIMIT;
  const answers = new RowAnswers(plan, outputs ? Infinity : shownOutputs);
  await runner.run({ block, plan, missing: input.missing, style, callItems }, answers, pause);
  const rows = answers.finish();
  const errors = rowErrors(rows.errors);
  return {
    answers: {
      rowOffsets: rows.rowOffsets,
      statuses: rows.statuses,
      scores: rows.scores,
      anomalies: rows.anomalies,
      lines: lines === null ? null : blockLines(block, rows, lines),
      ...(lines?.metrics && { metrics: metricLines(block, rows, lines.metrics) }),
      outputs: outputs ? rows.outputs : null,
      ...(errors && { errors }),
    },
    items: plan.items,
  };
}
