import {
  count,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  pair,
  text,
  type Shape,
} from '../../core/shape.js';
import { TIME_KINDS } from '../../core/time/format.js';
import { NUMBER_FORMS } from '../../core/time/numbers.js';
import type { DigestUpdate, Segment } from '../bytes/digests.js';
import { EXPORT_NAMES } from '../exports/names.js';
import type { InputSnapshot } from './snapshot.js';

/** The shapes in which a journal or a plan keeps what was read. */

const layout = oneOf('rows', 'batches');

const segment: Shape<Segment> = object({ endByte: count, sha256: text });

export const inputSnapshot: Shape<InputSnapshot> = object({
  columns: list(text),
  intervalMs: number,
  grid: object({
    intervalMs: number,
    phaseMs: number,
    leadMs: number,
    zone: nullable(text),
  }),
  intervalSource: oneOf('given', 'detected', 'default'),
  layout,
  isLive: flag,
  files: list(
    object(
      {
        plan: nullable(
          object(
            {
              file: text,
              format: oneOf('csv', 'jsonl'),
              layout,
              marks: object({ skipLines: count, hasComments: flag, isList: flag }, { unitLines: count }),
              delimiter: text,
              numbers: object(
                {
                  decimal: oneOf('.', ','),
                  isGrouped: flag,
                  percent: list(text),
                  missing: list(text),
                  open: list(text),
                },
                { units: list(pair(text, text)) },
              ),
              header: list(text),
              series: text,
              timeField: text,
              time: object({
                numbers: oneOf(...NUMBER_FORMS),
                dayMonth: nullable(oneOf('day-first', 'month-first')),
                pattern: nullable(text),
                kinds: nullable(list(oneOf(...TIME_KINDS))),
              }),
              targetFields: list(text),
              labelField: nullable(text),
              long: nullable(
                object({
                  metricField: text,
                  valueField: text,
                  metrics: list(pair(text, number)),
                  others: oneOf('reject', 'filter'),
                }),
              ),
              wide: nullable(list(text)),
              roles: list(pair(text, number)),
            },
            { timeFields: list(text) },
          ),
        ),
        headMs: nullable(number),
        identity: nullable(
          object({ inode: text, sizeBytes: count, modifiedMs: number, changedMs: nullable(number) }),
        ),
        digests: list(segment),
        isPacked: flag,
      },
      { isSorted: flag, exportedFrom: oneOf(...EXPORT_NAMES), shortSample: count },
    ),
  ),
});

export const digestUpdate: Shape<DigestUpdate> = object({
  finished: list(segment),
  current: nullable(segment),
});
