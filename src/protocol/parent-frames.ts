import { checkId, fieldsOf, numbersOf, partOf, type Fields } from './fields.js';
import { FrameEncoder } from './frame-encoder.js';
import { ProtocolError, type Frame } from './frames.js';
import type { Chunk, LoadRequest, ParentMessage } from './messages.js';
import type { ModelSource } from '../core/model-source.js';
import { LabelDecoder, LabelEncoder } from './text-parts.js';

/** Encodes a parent's messages to one actor as frames. */
export class ParentMessageEncoder {
  readonly #frames = new FrameEncoder();
  readonly #targets = new LabelEncoder('targets');
  readonly #columns = new LabelEncoder('columns');

  /**
   * The buffers of one frame; a chunk's values are not copied.
   *
   * @throws ProtocolError if the message is too large for a frame
   */
  encode(message: ParentMessage): Uint8Array[] {
    switch (message.type) {
      case 'hello':
        return this.#frames.encode('hello', { version: message.version });
      case 'init':
        return this.#frames.encode('init', { load: message.load });
      case 'chunk':
        return this.#encodeChunk(message);
      case 'stop':
        return this.#frames.encode('stop', {});
      default:
        return message satisfies never;
    }
  }

  #encodeChunk({ id, minuteMs, style, targets, columns, window, width, values }: Chunk): Uint8Array[] {
    return this.#frames.encode('chunk', { style }, [
      { name: 'call', shape: [2], values: Float64Array.of(id, minuteMs) },
      ...this.#targets.toParts(targets),
      ...this.#columns.toParts(columns),
      { name: 'values', shape: [targets.length, window, width], values },
    ]);
  }
}

/** The inverse of `ParentMessageEncoder`. */
export class ParentMessageDecoder {
  readonly #targets = new LabelDecoder('targets');
  readonly #columns = new LabelDecoder('columns');

  /** @throws ProtocolError unless the frame is a complete message of a parent */
  decode(frame: Frame): ParentMessage {
    const fields = fieldsOf(frame);
    switch (frame.type) {
      case 'hello':
        return { type: 'hello', version: fields.count('version') };
      case 'init':
        return { type: 'init', load: parseLoad(fields.nested('load')) };
      case 'chunk':
        return this.#decodeChunk(frame, fields);
      case 'stop':
        return { type: 'stop' };
      default:
        throw new ProtocolError(`a parent does not send ${frame.type}`);
    }
  }

  #decodeChunk(frame: Frame, fields: Fields): Chunk {
    const [items, window, width, ...rest] = frame.parts.get('values')?.shape ?? [];
    if (items === undefined || window === undefined || width === undefined || rest.length > 0) {
      throw new ProtocolError('chunk: values must have the shape [items, window, width]');
    }
    const targets = this.#targets.fromFrame(frame, items);
    if (!areTexts(targets)) throw new ProtocolError('chunk: an item has no target');
    const { id, minuteMs } = numbersOf(frame, 'call', ['id', 'minuteMs']);
    return {
      type: 'chunk',
      id: checkId(frame, id),
      minuteMs,
      style: fields.oneOf('style', ['batched', 'per-item'] as const),
      targets,
      columns: this.#columns.fromFrame(frame, items),
      window,
      width,
      values: partOf(frame, 'values', Float64Array),
    };
  }
}

function areTexts(labels: readonly (string | null)[]): labels is readonly string[] {
  return !labels.includes(null);
}

function parseLoad(load: Fields): LoadRequest {
  return {
    model: parseSource(load.nested('model')),
    backend: load.oneOf('backend', ['node', 'wasm', 'auto'] as const),
    modelFormat: load.oneOf('modelFormat', ['saved-model', 'graph-model', 'layers-model', 'auto'] as const),
    threadsPerActor: load.atLeast('threadsPerActor', 1),
    batchSize: load.isText('batchSize')
      ? load.oneOf('batchSize', ['auto'] as const)
      : load.atLeast('batchSize', 1),
    batchShape: load.oneOf('batchShape', ['fixed', 'free'] as const),
    native: load.textOrNull('native'),
    params: load.textByName('params'),
  };
}

function parseSource(model: Fields): ModelSource {
  const kind = model.oneOf('kind', ['bundle', 'analyzer'] as const);
  if (kind === 'analyzer') return { kind, module: model.text('module') };
  return { kind, folder: model.text('folder'), manifest: model.text('manifest') };
}
