import { join } from 'node:path';

import type { RandomStream } from '#build/core/random.js';

/** An input of a run. */
export interface RayInput {
  readonly path: string;
  readonly text: string;
}

const START_MS = Date.UTC(2026, 0, 1);
/** Lines of which one is no record. */
const ONE_IN = 60;

/** One file or two with the same minutes, most with rejects. */
export function drawInputs(folder: string, random: RandomStream): RayInput[] {
  const minutes = random.nextInteger(150, 400);
  const groups = random.nextInteger(0, 2) === 0 ? [['a'], ['b', 'c']] : [['a', 'b', 'c']];
  const hasRejects = random.nextInteger(0, 3) > 0;
  return groups.map((targets, i) => {
    let text = 'timestamp,target,value\n';
    for (let minute = 0; minute < minutes; minute++) {
      const at = new Date(START_MS + minute * 60_000).toISOString();
      for (const target of targets) {
        if (hasRejects && random.nextInteger(1, ONE_IN) === 1) text += `no time,${target},${minute}\n`;
        text += `${at},${target},${random.nextInteger(1000, 9999)}\n`;
      }
    }
    return { path: join(folder, `data-${i}.csv`), text };
  });
}

/** The same with another digit in one of its values. */
export function withOtherDigit({ text }: RayInput, random: RandomStream): string {
  const lines = text.split('\n');
  let line = random.nextInteger(1, lines.length - 2);
  while (lines[line]!.startsWith('no time')) line = (line % (lines.length - 2)) + 1;
  const last = Number(lines[line]!.at(-1));
  lines[line] = `${lines[line]!.slice(0, -1)}${(last + 1) % 10}`;
  return lines.join('\n');
}

/** Takes `ms` per row, so that faults strike slices at work. */
export const SLOW_ANALYZER = `export function createAnalyzer({ params }) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  return {
    window: 6,
    columns: 'each',
    predict: (items) => {
      Atomics.wait(pause, 0, 0, Number(params.ms) * items.length);
      return items.map(({ values }) => {
        const score = Math.fround(values.at(-1) - values[0]);
        return { score, anomaly: score > 5000, output: [score] };
      });
    },
  };
}
`;
