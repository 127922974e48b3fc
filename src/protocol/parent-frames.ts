import type { ModelSource } from '../core/model-source.js';
import { ChunkDecoder, ChunkEncoder } from './chunk-frames.js';
import { fieldsOf, type Fields } from './fields.js';
import { FrameEncoder } from './frame-encoder.js';
import { ProtocolError, type Frame } from './frames.js';
import type { LoadRequest, ParentMessage } from './messages.js';

/** Encodes a parent's messages to one actor as frames. */
export class ParentMessageEncoder {
  readonly #frames = new FrameEncoder();
  readonly #chunks = new ChunkEncoder();

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
        return this.#frames.encode('chunk', this.#chunks.fieldsOf(message), this.#chunks.partsOf(message));
      case 'stop':
        return this.#frames.encode('stop', {});
      default:
        return message satisfies never;
    }
  }
}

/** The inverse of `ParentMessageEncoder`. */
export class ParentMessageDecoder {
  readonly #chunks = new ChunkDecoder();

  /** @throws ProtocolError unless the frame is a complete message of a parent */
  decode(frame: Frame): ParentMessage {
    const fields = fieldsOf(frame);
    switch (frame.type) {
      case 'hello':
        return { type: 'hello', version: fields.count('version') };
      case 'init':
        return { type: 'init', load: parseLoad(fields.nested('load')) };
      case 'chunk':
        return this.#chunks.decode(frame);
      case 'stop':
        return { type: 'stop' };
      default:
        throw new ProtocolError(`a parent does not send ${frame.type}`);
    }
  }
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
    ...(load.has('checkItems') ? { checkItems: load.flag('checkItems') } : {}),
  };
}

function parseSource(model: Fields): ModelSource {
  const kind = model.oneOf('kind', ['bundle', 'analyzer'] as const);
  if (kind === 'analyzer') return { kind, module: model.text('module') };
  return { kind, folder: model.text('folder'), manifest: model.text('manifest') };
}
