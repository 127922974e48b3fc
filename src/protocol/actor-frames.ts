import type { ErrorCode } from '../core/errors.js';
import type { Answers, BackendFacts, InputSpec, ItemError, ModelFacts } from '../core/types.js';
import { checkId, fieldsOf, numbersOf, partOf, type Fields } from './fields.js';
import { FrameEncoder } from './frame-encoder.js';
import { ProtocolError, type Frame } from './frames.js';
import type { ActorMessage, ActorTiming, Answer, Failed, Ready } from './messages.js';
import { textsFromParts, textsToParts } from './text-parts.js';

/** In the order of the frame, after the chunk's id and before the actor's memory. */
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
      case 'answer':
        return this.#encodeAnswer(message);
      default:
        return message satisfies never;
    }
  }

  #encodeAnswer({ id, answers, timing, rssBytes }: Answer): Uint8Array[] {
    const { scores, anomalies, outputs, outputOffsets, errors } = answers;
    const failed = Uint32Array.from(errors.keys());
    const texts = [...errors.values()].flatMap(({ errno, errmsg }) => [errno, errmsg]);
    const call = Float64Array.of(id, ...ACTOR_TIMING.map((name) => timing[name]), rssBytes);
    return this.#frames.encode('answer', {}, [
      { name: 'call', shape: [call.length], values: call },
      { name: 'failed', shape: [failed.length], values: failed },
      ...textsToParts('errors', texts),
      { name: 'scores', shape: [scores.length], values: scores },
      { name: 'anomalies', shape: [anomalies.length], values: anomalies },
      { name: 'outputOffsets', shape: [outputOffsets.length], values: outputOffsets },
      { name: 'outputs', shape: [outputs.length], values: outputs },
    ]);
  }
}

/** @throws ProtocolError unless the frame is a complete message of an actor */
export function parseActorMessage(frame: Frame): ActorMessage {
  const fields = fieldsOf(frame);
  switch (frame.type) {
    case 'hello':
      return { type: 'hello', version: fields.count('version') };
    case 'ready':
      return parseReady(fields);
    case 'answer':
      return parseAnswer(frame);
    case 'failed':
      return parseFailed(fields);
    default:
      throw new ProtocolError(`an actor does not send ${frame.type}`);
  }
}

function parseAnswer(frame: Frame): Answer {
  const { id, rssBytes, ...timing } = numbersOf(frame, 'call', ['id', ...ACTOR_TIMING, 'rssBytes']);
  return { type: 'answer', id: checkId(frame, id), answers: parseAnswers(frame), timing, rssBytes };
}

function parseAnswers(frame: Frame): Answers {
  const scores = partOf(frame, 'scores', Float32Array);
  const items = scores.length;
  const outputs = partOf(frame, 'outputs', Float32Array);
  const outputOffsets = partOf(frame, 'outputOffsets', Uint32Array, items + 1);
  let last = 0;
  for (const offset of outputOffsets) {
    if (offset < last) throw new ProtocolError('answer: outputOffsets must not decrease');
    last = offset;
  }
  if (outputOffsets[0] !== 0 || last !== outputs.length) {
    throw new ProtocolError(
      `answer: outputOffsets must run from 0 to ${outputs.length}, the number of outputs`,
    );
  }
  const anomalies = partOf(frame, 'anomalies', Uint8Array, items);
  return { scores, anomalies, outputs, outputOffsets, errors: parseErrors(frame, items) };
}

function parseErrors(frame: Frame, items: number): Map<number, ItemError> {
  const failed = partOf(frame, 'failed', Uint32Array);
  const texts = textsFromParts(frame, 'errors');
  if (texts.length !== 2 * failed.length) {
    throw new ProtocolError(
      `answer: ${failed.length} items failed, with ${texts.length} texts instead of two each`,
    );
  }
  const errors = new Map<number, ItemError>();
  failed.forEach((item, i) => {
    if (item >= items || errors.has(item))
      throw new ProtocolError(`answer: item ${item} does not exist or failed twice`);
    errors.set(item, { errno: texts[2 * i] ?? '', errmsg: texts[2 * i + 1] ?? '' });
  });
  return errors;
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
    digest: fields.text('digest'),
    outputs: fields.list('outputs').map((one) => ({ name: one.text('name'), size: one.count('size') })),
    bundles: fields.list('bundles').map(parseModel),
  };
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
