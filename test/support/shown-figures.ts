import type { Page } from 'playwright-core';

/** Units in those of the summary: ms, bytes, and plain numbers. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  µs: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  '×': 1,
  '× as fast': 1,
  '%': 0.01,
  byte: 1,
  bytes: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** A figure as a page has it: its place, its raw value and what people read. */
interface Shown {
  readonly path: string;
  readonly value: string;
  readonly text: string;
}

// Text, since tests are compiled without the browser's types.
const SHOWN = `[...document.querySelectorAll('[data-figure]')].map(({ dataset, textContent }) => ({
  path: dataset.figure, value: dataset.value, text: [textContent, dataset.unit ?? ''].join(' ').trim(),
}))`;

/** Holds every figure that a page shows to the summary it is of: its raw value exactly, its text to three figures. */
export async function mismatchedFigures(
  page: Page,
  summary: unknown,
): Promise<{ readonly compared: number; readonly wrong: string[] }> {
  const shown = await page.evaluate<Shown[]>(SHOWN);
  const wrong = shown.flatMap((one) => {
    const expected = valueAt(summary, one.path);
    return isRight(one, expected) ? [] : [`${one.path}: ${one.text} (${one.value}) for ${String(expected)}`];
  });
  return { compared: shown.length, wrong };
}

/** Whether a figure's raw value is exactly `expected`, and its text the same to three figures. */
export function isRight({ value, text }: Omit<Shown, 'path'>, expected: unknown): boolean {
  if (expected === null) return value === 'null' && text === '–';
  if (typeof expected !== 'number' || Number(value) !== expected) return false;
  // A speed-up below 1 is shown as a slowdown, its interval with it.
  const [, slowdown = null] = /^(.*) × slower$/.exec(text) ?? [];
  return slowdown === null ? isShownAs(text, expected) : isShownAs(slowdown, 1 / expected);
}

/** Whether a text is a number to three figures, in any unit. */
function isShownAs(text: string, expected: number): boolean {
  const [, digits = '', unit = ''] = /^(-?[\d.,]+(?:e[+-]\d+)?) ?(\D*)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (digits === '' || factor === undefined) return false;
  const told = Number(digits.replaceAll(',', '')) * factor;
  // From 100 of its unit on a figure is a whole number.
  const size = Math.abs(expected);
  const tolerance = size / factor >= 100 ? factor * 0.5 : size * 0.005;
  return Math.abs(told - expected) <= tolerance + 1e-12;
}

function valueAt(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | null)?.[key], root);
}
