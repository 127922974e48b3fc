import type { AiopsError } from '../core/errors.js';
import { nodeFiles, type Files, type OpenFile, type OpenMode } from './files.js';
import { cannotCreate, cannotWrite } from './output-errors.js';

const FLUSH_AT_CHARS = 256 * 1024;

/**
 * A file that grows at its end. Text is gathered and written in large pieces, each of them wholly: what a write
 * did not take is written again. After a failure nothing more is written, so that no later line can stand behind
 * a gap; every further call fails with the same error.
 */
export class BufferedFile {
  readonly path: string;
  readonly #handle: OpenFile;
  #pending = '';
  #handedOnBytes = 0;
  #unsynced = false;
  #closed = false;
  #failure: AiopsError | null = null;

  private constructor(path: string, handle: OpenFile) {
    this.path = path;
    this.#handle = handle;
  }

  /** @throws AiopsError `output_cannot_create` */
  static async open(path: string, mode: OpenMode, files: Files = nodeFiles): Promise<BufferedFile> {
    try {
      return new BufferedFile(path, await files.open(path, mode));
    } catch (cause) {
      throw cannotCreate(path, cause);
    }
  }

  /** Length in bytes, with what waits in memory. */
  get lengthBytes(): number {
    return this.#handedOnBytes + Buffer.byteLength(this.#pending);
  }

  /**
   * Cuts the file where it goes on.
   *
   * @throws AiopsError `output_io`
   */
  async startAt(lengthBytes: number): Promise<void> {
    await this.#attempt(() => this.#handle.truncate(lengthBytes));
    this.#handedOnBytes = lengthBytes;
    this.#unsynced = true;
  }

  /** @throws AiopsError `output_io` */
  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= FLUSH_AT_CHARS) await this.flush();
  }

  /** @throws AiopsError `output_io` */
  async flush(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    const position = this.#handedOnBytes;
    this.#pending = '';
    this.#handedOnBytes += bytes.length;
    this.#unsynced = true;
    await this.#attempt(() => writeAll(this.#handle, bytes, position));
  }

  /**
   * Brings everything to where it survives a loss of power.
   *
   * @throws AiopsError `output_io`, also where the file is not as long as what was written to it
   */
  async sync(): Promise<void> {
    await this.flush();
    if (!this.#unsynced) return;
    await this.#attempt(async () => {
      const sizeBytes = await this.#handle.sizeBytes();
      if (sizeBytes !== this.#handedOnBytes) {
        throw new Error(
          `it is ${sizeBytes} bytes long, ${this.#handedOnBytes} were written: somebody else changes it`,
        );
      }
      await this.#handle.datasync();
    });
    this.#unsynced = false;
  }

  /** @throws AiopsError `output_io`; closed it is in any case */
  async close(): Promise<void> {
    if (this.#failure !== null) await this.letGo();
    this.#closed = true;
    await this.#attempt(() => this.#handle.close());
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    try {
      await work();
    } catch (cause) {
      this.#failure = cannotWrite(this.path, cause);
      throw this.#failure;
    }
  }

  /** Closes, whatever happened before; never throws. */
  async letGo(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close().catch(() => undefined);
  }
}

async function writeAll(handle: OpenFile, bytes: Uint8Array, positionBytes: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const written = await handle.write(bytes.subarray(done), positionBytes + done);
    if (written <= 0) throw new Error('a write took no bytes');
    done += written;
  }
}
