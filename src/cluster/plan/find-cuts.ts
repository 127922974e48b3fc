import { longestMs, type Grid } from '../../core/grid.js';
import { FILE_START, type InputPosition } from '../../core/input-position.js';
import type { ReadOptions } from '../../read/options.js';
import { CutFinder, type FoundCut } from './cut-finder.js';
import type { CutInput } from './cut-input.js';
import { bytesBeforeMinute, inOrder, minuteAtByte, type IndexedFile } from './time-index.js';

/** Places in a file of which the minute is looked up, over all files: a few per slice, and at least so many. */
const PLACES_PER_SLICE = 4;
const LEAST_PLACES = 64;

/** The cuts between slices, and for each where its look-back begins. */
export interface FoundSlice {
  /** Null: it begins with the recording. */
  readonly from: FoundCut | null;
  /** Null: at the beginning. */
  readonly readFrom: FoundCut | null;
}

/** What to cut, and into how many pieces. */
export interface Cutting {
  readonly inputs: readonly (CutInput | null)[];
  readonly options: ReadOptions;
  readonly grid: Grid;
  /** At most so many. */
  readonly slices: number;
}

/** Cuts a recording into slices of about the same size, of its bytes. @throws AiopsError of reading */
export async function findCuts({ inputs, options, grid, slices }: Cutting): Promise<FoundSlice[]> {
  const { fromMs, toMs, lookBackIntervals } = options;
  const finder = new CutFinder(inputs, options, grid);
  const lookBackMs = longestMs(grid, lookBackIntervals);
  const first = fromMs === null ? null : await seek(finder, inputs, fromMs - lookBackMs - 1);
  const found: FoundSlice[] = [{ from: null, readFrom: first }];
  const index = slices > 1 ? await indexOf(inputs, finder, slices) : [];
  if (index.every(({ places }) => places.length === 0)) return found;
  const fromByte = fromMs === null ? 0 : bytesBeforeMinute(index, fromMs);
  const rangeBytes = bytesBeforeMinute(index, toMs ?? Infinity) - fromByte;
  let lastMs = fromMs === null ? -Infinity : fromMs - 1;
  for (let i = 1; i < slices; i++) {
    const from = await finder.at(minuteAtByte(index, fromByte + (i / slices) * rangeBytes));
    if (from === null || from.minuteMs <= lastMs || from.nextMs >= (toMs ?? Infinity)) continue;
    lastMs = from.minuteMs;
    found.push({ from, readFrom: await finder.at(from.minuteMs - lookBackMs) });
  }
  return found;
}

/**
 * Where to begin reading for a range: at lines before its look-back rather than at a cut, which would leave out rejects
 * of the range that come just before it. No slice reads across these lines, so where one might be within quotes,
 * reading starts at the beginning.
 */
async function seek(
  finder: CutFinder,
  inputs: readonly (CutInput | null)[],
  minuteMs: number,
): Promise<FoundCut | null> {
  const found = await finder.at(minuteMs);
  if (found === null) return null;
  const positions: InputPosition[] = [];
  for (const [i, input] of inputs.entries()) {
    const start = found.starts[i] ?? null;
    if (input !== null && start !== null) {
      if (!(await input.isQuoteFree(start.byteOffset, finder.maxLineBytes))) return null;
      positions.push(input.positionAt(start.byteOffset));
    } else positions.push(input === null ? 'end' : FILE_START);
  }
  return { ...found, positions };
}

async function indexOf(
  inputs: readonly (CutInput | null)[],
  finder: CutFinder,
  slices: number,
): Promise<IndexedFile[]> {
  const files = inputs.filter((input) => input !== null);
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const wanted = Math.max(LEAST_PLACES, PLACES_PER_SLICE * slices);
  const index: IndexedFile[] = [];
  for (const file of files) {
    const count = Math.max(2, Math.ceil((wanted * file.sizeBytes) / totalBytes));
    const places = [];
    for (let i = 0; i < count; i++) {
      const place = await file.probe(Math.floor((i * file.sizeBytes) / count), finder.rules());
      if (place !== null) places.push(place);
    }
    index.push({ sizeBytes: file.sizeBytes, places: inOrder(places) });
  }
  return index;
}
