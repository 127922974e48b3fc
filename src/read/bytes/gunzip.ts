import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AiopsError } from '../../core/errors.js';

const CHUNK_BYTES = 256 * 1024;
/** Whatever a small input comes to, it does no harm. */
const HARMLESS_BYTES = 64 * 1024 * 1024;

/**
 * Unpacks gzip, also of several members.
 *
 * @throws AiopsError `input_unusable`, with the place, when it is cut off or damaged, or comes to more than
 *   64 MiB and `maxExpansion` times the packed bytes
 */
export async function* gunzip(
  name: string,
  packed: AsyncIterable<Buffer>,
  maxExpansion: number,
): AsyncGenerator<Buffer, undefined> {
  const input = Readable.from(packed, { objectMode: false });
  // No chunk waits in the stream: one that did would be lost when the next bytes turn out to be damaged.
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES, ...{ readableHighWaterMark: 1 } });
  input.on('error', (error) => unzip.destroy(error));
  input.pipe(unzip);
  let unpackedBytes = 0;
  try {
    for await (const chunk of unzip) {
      const bytes = chunk as Buffer;
      unpackedBytes += bytes.length;
      if (unpackedBytes > HARMLESS_BYTES && unpackedBytes > maxExpansion * unzip.bytesWritten) {
        throw expanding(name, unzip.bytesWritten, unpackedBytes, maxExpansion);
      }
      yield bytes;
    }
  } catch (error) {
    if (error instanceof AiopsError) throw error;
    throw damaged(name, error, unzip.bytesWritten, unpackedBytes);
  } finally {
    input.destroy();
    unzip.destroy();
  }
  return undefined;
}

function damaged(name: string, cause: unknown, packedBytes: number, unpackedBytes: number): AiopsError {
  const code = (cause as NodeJS.ErrnoException).code;
  const what = code === 'Z_BUF_ERROR' ? 'is cut off' : 'is damaged';
  return new AiopsError(
    'input_unusable',
    `${name} ${what}: its gzip data ends, breaks or is followed by something else near byte ${packedBytes} (${unpackedBytes} bytes of text came out before)`,
    {
      hint: `fetch it again; to replay what can be saved of it: gzip -dc ${name} 2>/dev/null | aiops-serve replay -`,
      cause,
    },
  );
}

function expanding(name: string, packedBytes: number, unpackedBytes: number, limit: number): AiopsError {
  return new AiopsError(
    'input_unusable',
    `${name} expands too much: its first ${packedBytes} packed bytes came to ${unpackedBytes}, more than ${limit} times as many`,
    {
      hint: 'monitoring data does not pack so well: look at what it holds; if it is sound, raise --max-expansion',
    },
  );
}
