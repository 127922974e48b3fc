import {
  minuteOffset,
  ROW_STATUS,
  type Block,
  type BlockLabels,
  type BlockRequest,
  type RowStatus,
  type UntriedRow,
} from '../core/block.js';
import type { MetricsForm } from '../core/metric-files.js';
import type { Label } from '../core/types.js';
import { checkId, codesOf, fieldsOf, numbersOf, partOf, type Fields } from './fields.js';
import { ProtocolError, type Frame, type HeaderFields, type Part } from './frames.js';
import type { Chunk } from './messages.js';
import { LabelDecoder, LabelEncoder, textsFromParts, textsToParts } from './text-parts.js';

/** The numbers of a chunk's part `call`, in its order. */
const CALL = ['id', 'intervalMs', 'window', 'callItems'] as const;
/** Numbers of each untried row: its series, its minute and its status. */
const UNTRIED_SIZE = 3;
const UNTRIED_STATUSES = ['error', 'lost', 'quarantined'] as const satisfies readonly RowStatus[];

/** Describes chunks as the fields and parts of frames. */
export class ChunkEncoder {
  readonly #targets = new LabelEncoder('targets');
  readonly #columns = new LabelEncoder('columns');

  fieldsOf({ style, lines, outputs }: BlockRequest): HeaderFields {
    return { style, lines, outputs };
  }

  /** The block's numbers are not copied. */
  partsOf({ id, block, callItems, untried }: Chunk): Part[] {
    const { intervalMs, window, minutesMs, targets, columns, present, bornAt, seenAt, labels } = block;
    const series = targets.length;
    const minutes = minutesMs.length;
    const parts: Part[] = [
      { name: 'call', shape: [CALL.length], values: Float64Array.of(id, intervalMs, window, callItems) },
      { name: 'minutes', shape: [minutes], values: Float64Array.from(minutesMs) },
      ...this.#targets.toParts(targets),
      ...this.#columns.toParts(columns),
      { name: 'values', shape: [series, block.intervals, block.width], values: block.values },
      { name: 'present', shape: [series, minutes], values: present },
      { name: 'bornAt', shape: [series], values: bornAt },
      { name: 'seenAt', shape: [series], values: seenAt },
    ];
    if (labels !== null) parts.push(...labelsToParts(labels, series, minutes));
    if (untried.length > 0) parts.push(...untriedToParts(untried));
    return parts;
  }
}

/** As JSON, because a label may be a number or a text. */
function labelsToParts({ values, codes }: BlockLabels, series: number, minutes: number): Part[] {
  const texts = values.map((label) => JSON.stringify(label));
  return [
    ...textsToParts('labels', texts),
    { name: 'labels.codes', shape: [series, minutes], values: codes },
  ];
}

function untriedToParts(untried: readonly UntriedRow[]): Part[] {
  const places = untried.flatMap(({ series, minute, status }) => [series, minute, ROW_STATUS[status]]);
  const errors = untried.flatMap(({ error: { errno, errmsg } }) => [errno, errmsg]);
  const values = Uint32Array.from(places);
  return [
    { name: 'untried', shape: [untried.length, UNTRIED_SIZE], values },
    ...textsToParts('untried.errors', errors),
  ];
}

/** The inverse of `ChunkEncoder`. */
export class ChunkDecoder {
  readonly #targets = new LabelDecoder('targets');
  readonly #columns = new LabelDecoder('columns');
  #last: { readonly fields: HeaderFields; readonly request: BlockRequest } | null = null;

  /**
   * The block's numbers are views of the frame.
   *
   * @throws ProtocolError unless the frame is a complete chunk whose numbers fit together
   */
  decode(frame: Frame): Chunk {
    const call = numbersOf(frame, 'call', CALL);
    const block = this.#blockOf(frame, call);
    const { style, lines, outputs } = this.#requestOf(frame);
    return {
      type: 'chunk',
      id: checkId(frame, call.id),
      style,
      lines,
      outputs,
      block,
      callItems: checkCallItems(call.callItems),
      untried: frame.parts.has('untried') ? untriedOf(frame, block) : [],
    };
  }

  /** Frames with the same header share their fields. */
  #requestOf(frame: Frame): BlockRequest {
    if (this.#last?.fields !== frame.fields)
      this.#last = { fields: frame.fields, request: requestOf(fieldsOf(frame)) };
    return this.#last.request;
  }

  #blockOf(frame: Frame, { intervalMs, window }: Pick<Block, 'intervalMs' | 'window'>): Block {
    const shape = frame.parts.get('values')?.shape;
    if (shape?.length !== 3) refuse('values must have the shape [series, intervals, width]');
    const series = shape[0]!;
    const intervals = shape[1]!;
    const minutesMs = Array.from(partOf(frame, 'minutes', Float64Array));
    checkMinutes({ minutesMs, intervalMs, window, intervals });
    const targets = this.#targets.fromFrame(frame, series);
    if (!areTexts(targets)) refuse('a series has no target');
    const rows = series * minutesMs.length;
    const { bornAt, seenAt } = livesOf(frame, series, window);
    return {
      intervalMs,
      window,
      width: shape[2]!,
      minutesMs,
      intervals,
      targets,
      columns: this.#columns.fromFrame(frame, series),
      values: partOf(frame, 'values', Float64Array),
      present: codesOf(frame, 'present', Uint8Array, { length: rows, most: 1 }),
      bornAt,
      seenAt,
      labels: frame.parts.has('labels.codes') ? labelsOf(frame, rows) : null,
    };
  }
}

function checkCallItems(items: number): number {
  return Number.isSafeInteger(items) && items >= 1 ? items : refuse(`a call cannot have ${items} items`);
}

function requestOf(fields: Fields): BlockRequest {
  const lines = fields.isNull('lines') ? null : fields.nested('lines');
  return {
    style: fields.oneOf('style', ['batched', 'per-item'] as const),
    lines: lines && {
      format: lines.oneOf('format', ['jsonl', 'csv'] as const),
      anomaliesOnly: lines.flag('anomaliesOnly'),
      fullOutput: lines.flag('fullOutput'),
      ...(lines.has('metrics') ? { metrics: metricsForm(lines.nested('metrics')) } : {}),
    },
    outputs: fields.flag('outputs'),
  };
}

function metricsForm(fields: Fields): MetricsForm {
  const labels = fields.nested('labels');
  return {
    format: fields.oneOf('format', ['openmetrics', 'victoriametrics'] as const),
    labels: { target: labels.names('target'), column: labels.text('column') },
  };
}

/** Every minute must be an interval of the block that has a whole window. */
function checkMinutes({
  minutesMs,
  intervalMs,
  window,
  intervals,
}: Pick<Block, 'minutesMs' | 'intervalMs' | 'window' | 'intervals'>): void {
  if (!(intervalMs > 0)) refuse(`an interval must be longer than ${intervalMs} ms`);
  if (!Number.isInteger(window) || window < 1) refuse(`a window cannot have ${window} intervals`);
  if (minutesMs.length === 0) refuse('a block needs a minute');
  let last = -1;
  for (let i = 0; i < minutesMs.length; i++) {
    const offset = minuteOffset({ minutesMs, intervalMs }, i);
    // Written so that NaN is refused.
    if (!(offset > last)) refuse('minutes must ascend by intervals');
    last = offset;
  }
  if (window + last > intervals) refuse(`the last minute is not among the ${intervals} intervals of values`);
}

function livesOf(frame: Frame, series: number, window: number): Pick<Block, 'bornAt' | 'seenAt'> {
  const bornAt = partOf(frame, 'bornAt', Int32Array, series);
  const seenAt = partOf(frame, 'seenAt', Int32Array, series);
  for (let i = 0; i < series; i++) {
    const isLife = -window <= bornAt[i]! && bornAt[i]! <= seenAt[i]! && seenAt[i]! < 0;
    if (!isLife) refuse(`a life cannot reach from ${bornAt[i]} to ${seenAt[i]} with a window of ${window}`);
  }
  return { bornAt, seenAt };
}

function labelsOf(frame: Frame, rows: number): BlockLabels {
  const values = textsFromParts(frame, 'labels').map(labelOf);
  if (values[0] !== null) refuse('the first label must be null');
  const most = values.length - 1;
  return { values, codes: codesOf(frame, 'labels.codes', Uint32Array, { length: rows, most }) };
}

function labelOf(text: string): Label {
  let label: unknown;
  try {
    label = JSON.parse(text);
  } catch (error) {
    throw new ProtocolError('chunk: a label is not JSON', { cause: error });
  }
  if (label === null || typeof label === 'number' || typeof label === 'string') return label;
  return refuse('a label must be a number, a text or null');
}

function untriedOf(frame: Frame, { targets, minutesMs }: Block): UntriedRow[] {
  const values = partOf(frame, 'untried', Uint32Array);
  const texts = textsFromParts(frame, 'untried.errors');
  const count = values.length / UNTRIED_SIZE;
  if (texts.length !== 2 * count) refuse(`${count} untried rows need two texts each, not ${texts.length}`);
  const known = new Set<number>();
  return Array.from({ length: count }, (_, i): UntriedRow => {
    const series = values[i * UNTRIED_SIZE]!;
    const minute = values[i * UNTRIED_SIZE + 1]!;
    const code = values[i * UNTRIED_SIZE + 2]!;
    if (series >= targets.length || minute >= minutesMs.length)
      refuse(`there is no row of series ${series} in minute ${minute}`);
    const row = series * minutesMs.length + minute;
    if (known.size === known.add(row).size) refuse(`series ${series} is untried twice in minute ${minute}`);
    const status = UNTRIED_STATUSES.find((one) => ROW_STATUS[one] === code);
    if (status === undefined) refuse(`an untried row cannot have status ${code}`);
    return { series, minute, status, error: { errno: texts[2 * i]!, errmsg: texts[2 * i + 1]! } };
  });
}

function areTexts(labels: readonly (string | null)[]): labels is readonly string[] {
  return !labels.includes(null);
}

function refuse(reason: string): never {
  throw new ProtocolError(`chunk: ${reason}`);
}
