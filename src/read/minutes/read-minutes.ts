import type { BlockAssembler, Piece } from '../lines/assembler.js';
import type { FileMinute, MinuteCollector } from './file-minutes.js';
import type { BlockReader } from '../lines/records.js';

/**
 * Reads a file to its end; yields the minutes that each chunk closed.
 *
 * @throws AiopsError `input_out_of_order`, and what its chunks throw; what was complete before is yielded first
 */
export async function* readMinutes(
  chunks: AsyncIterable<Buffer>,
  assembler: BlockAssembler,
  reader: BlockReader,
  collector: MinuteCollector,
): AsyncGenerator<FileMinute[], undefined> {
  try {
    for await (const chunk of chunks) {
      for (const piece of assembler.push(chunk)) readPiece(piece, assembler, reader);
      const closed = collector.take();
      if (closed.length > 0) yield closed;
    }
    for (const piece of assembler.drain()) readPiece(piece, assembler, reader);
    collector.enterTail();
    for (const piece of assembler.end()) readPiece(piece, assembler, reader);
    collector.end();
  } catch (error) {
    // What was complete before the damage is still handed on, so that it does not hang on block borders.
    const closed = collector.take();
    if (closed.length > 0) yield closed;
    throw error;
  }
  yield collector.take();
  return undefined;
}

/** Reads what came of a chunk; lines that cannot be understood yet go back to the assembler. @throws what a sink throws */
export function readPiece(piece: Piece, assembler: BlockAssembler, reader: BlockReader): void {
  if (piece.kind === 'long-line') {
    const { byteOffset, head, sizeBytes } = piece;
    reader.cursor.rejectLongLine(reader.cursor.line + 1, byteOffset, head, sizeBytes);
    return;
  }
  const { block, last } = piece;
  const doneBytes = reader.read(block, last);
  if (doneBytes < block.bytes.length) assembler.giveBack(block.bytes.subarray(doneBytes));
}
