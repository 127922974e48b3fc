import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { FoundCut } from './cut-finder.js';
import type { FoundSlice } from './find-cuts.js';
import { sumFile, type FileSums } from './sum-file.js';

/** The sums of all inputs, with a border at each cut. @throws AiopsError `input_missing`, `input_unusable` */
export async function sumInputs(
  paths: readonly string[],
  { files }: InputSnapshot,
  found: readonly FoundSlice[],
  signal: AbortSignal,
): Promise<FileSums[]> {
  const cuts = found.flatMap(({ from, readFrom }) => [from, readFrom]).filter((cut) => cut !== null);
  const sums: FileSums[] = [];
  for (const [i, path] of paths.entries()) {
    sums.push(await sumFile(path, files[i]?.identity?.sizeBytes ?? 0, offsetsIn(i, cuts), signal));
  }
  return sums;
}

function offsetsIn(
  input: number,
  cuts: readonly FoundCut[],
): { readonly borders: number[]; readonly lineStarts: number[] } {
  const borders = cuts.flatMap(({ positions }) => {
    const position = positions[input];
    return position === undefined || position === 'end' ? [] : [position.byteOffset];
  });
  const lineStarts = cuts.flatMap(({ starts }) => starts[input]?.byteOffset ?? []);
  return { borders, lineStarts };
}

/** How the inputs are read, with the sums of all of their bytes. */
export function withDigests(recording: InputSnapshot, sums: readonly FileSums[]): InputSnapshot {
  const files = recording.files.map((file, i) => ({ ...file, digests: sums[i]?.segments ?? [] }));
  return { ...recording, files };
}
