import { keyTally, keyText } from '../../core/key-text.js';
import type { SeriesTally } from '../../core/score-counts.js';
import { count, fields, list, nullable, object, text, type Shape } from '../../core/shape.js';
import { ACCOUNT_COUNTS, type AccountTally } from './label-account.js';
import { LABEL_COUNTS, type LabelTallies } from './run-labels.js';
import type { TargetTally } from './target-accounts.js';

/* Counts of labelled records as lines of JSON: those over all records, then a line for each target. */

export function* tallyLines({ targets, overall, ...rest }: LabelTallies): Generator<string> {
  yield `${JSON.stringify({ ...rest, overall: written(overall) })}\n`;
  for (const { target, ...tally } of targets) yield `${JSON.stringify({ target, ...written(tally) })}\n`;
}

function written({ counts, scores: { droppedBits, positives, negatives } }: AccountTally): object {
  return { counts, scores: { droppedBits, positives: keyText(positives), negatives: keyText(negatives) } };
}

const seriesTally: Shape<SeriesTally> = object({
  droppedBits: count,
  positives: keyTally,
  negatives: keyTally,
});
const accountTally = { counts: fields(ACCOUNT_COUNTS, count), scores: seriesTally };
const targetTally: Shape<TargetTally> = object({ target: text, ...accountTally });
const overallTallies: Shape<Omit<LabelTallies, 'targets'>> = object({
  counts: fields(LABEL_COUNTS, count),
  unusable: nullable(text),
  recordsOfOtherTargets: count,
  overall: object(accountTally),
});

/** The inverse of `tallyLines`. @throws ShapeError, SyntaxError */
export function talliesOf(lines: string): LabelTallies {
  const [first, ...targets] = lines
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  return { ...overallTallies(first), targets: list(targetTally)(targets) };
}
