import { NO_VERDICT, ROW_STATUS, type Answers, type MinuteLines } from '../core/block.js';
import type { ErrorCode } from '../core/errors.js';
import type { BackendFacts, InputSpec, ModelFacts, ModelFile } from '../core/types.js';
import { errorsFromParts, errorsToParts } from './error-parts.js';
import { checkId, codesOf, fieldsOf, numbersOf, partOf, type Fields } from './fields.js';
import { FrameEncoder } from './frame-encoder.js';
import { ProtocolError, type Frame, type Part } from './frames.js';
import type { ActorMessage, ActorTiming, Answer, Failed, Ready } from './messages.js';

/** In the order of the frame, between the chunk's items and the actor's memory. */
const ACTOR_TIMING = [
  'arrivedAtMs',
  'servedFromMs',
  'decodeMs',
  'normalizeMs',
  'predictMs',
  'replyMs',
] as const satisfies readonly (keyof ActorTiming)[];

/** Encodes an actor's messages to its parent as frames. */
export class ActorMessageEncoder {
  readonly #frames = new FrameEncoder();

  /**
   * The buffers of one frame; an answer's numbers are not copied.
   *
   * @throws ProtocolError if the message is too large for a frame
   */
  encode(message: ActorMessage): Uint8Array[] {
    switch (message.type) {
      case 'hello':
      case 'ready':
      case 'failed': {
        const { type, ...fields } = message;
        return this.#frames.encode(type, fields);
      }
      case 'progress':
        return this.#frames.encode('progress', {}, [
          { name: 'call', shape: [1], values: Float64Array.of(message.id) },
        ]);
      case 'answer':
        return this.#encodeAnswer(message);
      default:
        return message satisfies never;
    }
  }

  #encodeAnswer({ id, answers, items, timing, usage }: Answer): Uint8Array[] {
    const { rowOffsets, statuses, scores, anomalies, lines, metrics = [], outputs, errors } = answers;
    const times = ACTOR_TIMING.map((name) => timing[name]);
    const call = Float64Array.of(id, items, ...times, usage.rssBytes, usage.cpuMs);
    const parts: Part[] = [
      { name: 'call', shape: [call.length], values: call },
      { name: 'rowOffsets', shape: [rowOffsets.length], values: rowOffsets },
      { name: 'statuses', shape: [statuses.length], values: statuses },
      { name: 'scores', shape: [scores.length], values: scores },
      { name: 'anomalies', shape: [anomalies.length], values: anomalies },
    ];
    if (lines !== null) parts.push(...offsetParts('lines', lines.bytes, lines.offsets));
    for (const [file, { bytes, offsets }] of metrics.entries())
      parts.push(...offsetParts(metricsPart(file), bytes, offsets));
    if (outputs !== null) parts.push(...offsetParts('outputs', outputs.values, outputs.offsets));
    if (errors !== undefined) parts.push(...errorsToParts(errors));
    return this.#frames.encode('answer', {}, parts);
  }
}

/** The name of the part with the lines of a file of metrics. */
function metricsPart(file: number): string {
  return `metrics.${file}`;
}

function offsetParts(name: string, values: Uint8Array | Float32Array, offsets: Uint32Array): Part[] {
  return [
    { name, shape: [values.length], values },
    { name: `${name}.offsets`, shape: [offsets.length], values: offsets },
  ];
}

/** @throws ProtocolError unless the frame is a complete message of an actor */
export function parseActorMessage(frame: Frame): ActorMessage {
  const fields = fieldsOf(frame);
  switch (frame.type) {
    case 'hello':
      return { type: 'hello', version: fields.count('version') };
    case 'ready':
      return parseReady(fields);
    case 'progress':
      return { type: 'progress', id: checkId(frame, numbersOf(frame, 'call', ['id']).id) };
    case 'answer':
      return parseAnswer(frame);
    case 'failed':
      return parseFailed(fields);
    default:
      throw new ProtocolError(`an actor does not send ${frame.type}`);
  }
}

function parseAnswer(frame: Frame): Answer {
  const call = numbersOf(frame, 'call', ['id', 'items', ...ACTOR_TIMING, 'rssBytes', 'cpuMs']);
  const { id, items, rssBytes, cpuMs, ...timing } = call;
  const answers = parseAnswers(frame);
  const rows = answers.statuses.length;
  if (!Number.isInteger(items) || items < 0 || items > rows)
    throw new ProtocolError(`answer: ${items} items cannot be among ${rows} rows`);
  const usage = { rssBytes, cpuMs };
  return { type: 'answer', id: checkId(frame, id), answers, items, timing, usage };
}

function parseAnswers(frame: Frame): Answers {
  const scores = partOf(frame, 'scores', Float32Array);
  const rows = scores.length;
  const rowOffsets = offsetsOf(frame, 'rowOffsets', rows);
  const minutes = rowOffsets.length - 1;
  return {
    rowOffsets,
    statuses: codesOf(frame, 'statuses', Uint8Array, { length: rows, most: MOST_STATUS }),
    scores,
    anomalies: codesOf(frame, 'anomalies', Uint8Array, { length: rows, most: NO_VERDICT }),
    lines: frame.parts.has('lines') ? parseLines(frame, 'lines', minutes) : null,
    ...parseMetrics(frame, minutes),
    outputs: frame.parts.has('outputs') ? parseOutputs(frame, rows) : null,
    ...(frame.parts.has('errors.rows') ? { errors: errorsFromParts(frame, rows) } : {}),
  };
}

function parseLines(frame: Frame, name: string, minutes: number): MinuteLines {
  const bytes = partOf(frame, name, Uint8Array);
  return { bytes, offsets: offsetsOf(frame, `${name}.offsets`, bytes.length, minutes) };
}

function parseMetrics(frame: Frame, minutes: number): Pick<Answers, 'metrics'> {
  const metrics: MinuteLines[] = [];
  while (frame.parts.has(metricsPart(metrics.length)))
    metrics.push(parseLines(frame, metricsPart(metrics.length), minutes));
  return metrics.length === 0 ? {} : { metrics };
}

function parseOutputs(frame: Frame, rows: number): Answers['outputs'] {
  const values = partOf(frame, 'outputs', Float32Array);
  return { values, offsets: offsetsOf(frame, 'outputs.offsets', values.length, rows) };
}

const MOST_STATUS = Math.max(...Object.values(ROW_STATUS));

/** Where `parts` consecutive parts of something begin, and the end, which is `total`. */
function offsetsOf(frame: Frame, name: string, total: number, parts?: number): Uint32Array {
  const offsets = partOf(frame, name, Uint32Array, parts === undefined ? undefined : parts + 1);
  let last = 0;
  for (const offset of offsets) {
    if (offset < last) throw new ProtocolError(`answer: ${name} must not decrease`);
    last = offset;
  }
  if (offsets[0] !== 0 || last !== total)
    throw new ProtocolError(`answer: ${name} must run from 0 to ${total}, not to ${last}`);
  return offsets;
}

function parseReady(fields: Fields): Ready {
  return {
    type: 'ready',
    backend: parseBackend(fields.nested('backend')),
    model: parseModel(fields.nested('model')),
    input: parseInput(fields.nested('input')),
    loadMs: fields.number('loadMs'),
    warmupMs: fields.number('warmupMs'),
    pid: fields.count('pid'),
    notices: fields.list('notices').map((notice) => ({
      level: notice.oneOf('level', ['info', 'warning'] as const),
      text: notice.text('text'),
    })),
  };
}

function parseBackend(fields: Fields): BackendFacts {
  return {
    name: fields.oneOf('name', ['node', 'wasm', 'js'] as const),
    versions: fields.textByName('versions'),
    threads: fields.count('threads'),
    batchSize: fields.isNull('batchSize') ? null : fields.atLeast('batchSize', 1),
    reproducible: fields.flag('reproducible'),
    features: fields.texts('features'),
  };
}

function parseModel(fields: Fields): ModelFacts {
  return {
    name: fields.text('name'),
    version: fields.text('version'),
    format: fields.oneOf('format', ['saved-model', 'graph-model', 'layers-model', 'analyzer'] as const),
    // Before the digest, which also differs where a file does: a disagreement names the first field.
    ...(fields.has('files') ? { files: fields.list('files').map(parseFile) } : {}),
    digest: fields.text('digest'),
    outputs: fields.list('outputs').map((one) => ({ name: one.text('name'), size: one.count('size') })),
    bundles: fields.list('bundles').map(parseModel),
    ...(fields.has('declaredBatch') ? { declaredBatch: fields.atLeast('declaredBatch', 1) } : {}),
  };
}

function parseFile(fields: Fields): ModelFile {
  return { name: fields.text('name'), sha256: fields.text('sha256') };
}

function parseInput(fields: Fields): InputSpec {
  return {
    window: fields.atLeast('window', 1),
    columns: fields.isText('columns') ? fields.oneOf('columns', ['each'] as const) : fields.names('columns'),
    missing: fields.oneOf('missing', ['hold', 'zero', 'reject'] as const),
  };
}

/** Keyed by code, so that the compiler reports a missing one. */
const ERROR_CODES: Readonly<Record<ErrorCode, true>> = {
  usage: true,
  input_empty: true,
  input_unusable: true,
  input_out_of_order: true,
  reject_limit: true,
  input_missing: true,
  actor_failed: true,
  tool_failed: true,
  unsupported: true,
  output_cannot_create: true,
  output_io: true,
  output_locked: true,
  config: true,
  model: true,
  backend: true,
  backend_missing: true,
  incomplete: true,
  interrupted: true,
  internal: true,
};

function parseFailed(fields: Fields): Failed {
  return {
    type: 'failed',
    id: fields.isNull('id') ? null : fields.count('id'),
    code: fields.oneOf('code', Object.keys(ERROR_CODES) as ErrorCode[]),
    message: fields.text('message'),
    hint: fields.textOrNull('hint'),
  };
}
