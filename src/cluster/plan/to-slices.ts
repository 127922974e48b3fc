import type { InputPosition } from '../../core/input-position.js';
import { planOf, type InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { FoundCut } from './cut-finder.js';
import { unknownLine } from './cut-input.js';
import type { FoundSlice } from './find-cuts.js';
import type { Cut, Slice } from './plan-file.js';
import type { FileSums } from './sum-file.js';

/** The slices between cuts, in whose positions lines have their numbers in the file. */
export function toSlices(
  found: readonly FoundSlice[],
  recording: InputSnapshot,
  sums: readonly FileSums[],
): Slice[] {
  const numbered = (cut: FoundCut | null): Cut | null => cut && withLines(cut, recording, sums);
  const starts = found.map(({ from, readFrom }) => ({ from: numbered(from), readFrom: numbered(readFrom) }));
  const sizes = recording.files.map(({ identity }) => identity?.sizeBytes ?? 0);
  return starts.map(({ from, readFrom }, i): Slice => {
    const until = starts[i + 1]?.from ?? null;
    const passes = starts.slice(i + 1).flatMap((later) => later.readFrom ?? []);
    return {
      number: i + 1,
      from,
      readFrom,
      until,
      passes: passes.filter((cut) => isBetween(cut, { from: from ?? readFrom, until })),
      bytes: bytesBefore(until, sizes) - (from === null ? 0 : bytesBefore(from, sizes)),
    };
  });
}

function isBetween({ minuteMs }: Cut, { from, until }: { from: Cut | null; until: Cut | null }): boolean {
  return minuteMs > (from?.minuteMs ?? -Infinity) && minuteMs <= (until?.minuteMs ?? Infinity);
}

/** Null: the end. */
function bytesBefore(cut: Cut | null, sizes: readonly number[]): number {
  return sizes.reduce((sum, sizeBytes, i) => {
    const position = cut?.positions[i] ?? 'end';
    return sum + (position === 'end' ? sizeBytes : position.byteOffset);
  }, 0);
}

function withLines(
  { minuteMs, positions, starts }: FoundCut,
  recording: InputSnapshot,
  sums: readonly FileSums[],
): Cut {
  const numbered = positions.map((position, i): InputPosition => {
    const start = starts[i] ?? null;
    const plan = planOf(recording, i);
    if (position === 'end' || start === null || plan === null) return position;
    const line = sums[i]?.lines.get(start.byteOffset);
    if (line === undefined) throw new RangeError(`no line begins at byte ${start.byteOffset} of input ${i}`);
    const lines = line - unknownLine(plan);
    return { ...position, line: position.line + lines, doneLine: position.doneLine + lines };
  });
  return { minuteMs, positions: numbered };
}
