import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AiopsError } from '../core/errors.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * Unpacks gzip, also of several members.
 *
 * @throws AiopsError `input_unusable`, with the place, when it is cut off or damaged
 */
export async function* gunzip(
  name: string,
  packed: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, undefined> {
  const input = Readable.from(packed, { objectMode: false });
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  input.on('error', (error) => unzip.destroy(error));
  input.pipe(unzip);
  let unpackedBytes = 0;
  try {
    for await (const chunk of unzip) {
      const bytes = chunk as Buffer;
      unpackedBytes += bytes.length;
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
