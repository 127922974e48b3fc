import type { RandomStream } from '#build/core/random.js';
import { chance, pick } from './random-bytes.js';
import { NAMES, NUMBERS, TIMES } from './specials.js';

const START_MS = Date.UTC(2018, 3, 30);
const MINUTE_MS = 60_000;

interface Style {
  /** Share of fields that hold something odd. */
  readonly odd: number;
  readonly columns: readonly string[];
  readonly targets: readonly string[];
  readonly hasLabel: boolean;
  readonly writeTime: (ms: number) => string;
}

/** A recording of one of the layouts, most of it sound. */
export function madeRecording(random: RandomStream): Buffer {
  const style: Style = {
    odd: pick(random, [0, 0.01, 0.1]),
    columns: columnNames(random),
    targets: Array.from({ length: random.nextInteger(1, 4) }, (_, i) =>
      chance(random, 0.2) ? pick(random, NAMES) : `t${i}`,
    ),
    hasLabel: chance(random, 0.5),
    writeTime: pick(random, [
      (ms: number) => new Date(ms).toISOString(),
      (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' '),
      (ms: number) => String(ms / 1000),
      (ms: number) => String(ms),
    ]),
  };
  const minutes = random.nextInteger(0, 12);
  const text = pick(random, [csv, csv, jsonRows, jsonRows, jsonBatches])(random, style, minutes);
  return Buffer.from(text);
}

function columnNames(random: RandomStream): string[] {
  const names = Array.from({ length: random.nextInteger(1, 4) }, (_, i) =>
    chance(random, 0.1) ? pick(random, NAMES) : `c${i}`,
  );
  return chance(random, 0.05) ? names : [...new Set(names)];
}

function times(random: RandomStream, minutes: number): number[] {
  return Array.from(
    { length: minutes },
    (_, i) => START_MS + i * MINUTE_MS + (chance(random, 0.05) ? -MINUTE_MS : 0),
  );
}

function csv(random: RandomStream, style: Style, minutes: number): string {
  const delimiter = pick(random, [',', ',', ';', '\t']);
  const end = pick(random, ['\n', '\n', '\r\n']);
  const quotes = pick(random, [0, 0, 0.2, 1]);
  const field = (text: string): string =>
    chance(random, quotes) || /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const header = ['timestamp', 'target', ...style.columns, ...(style.hasLabel ? ['label'] : [])];
  const lines = [header.map(field).join(delimiter)];
  for (const ms of times(random, minutes)) {
    for (const target of style.targets) {
      const values = style.columns.map(() => number(random, style));
      const row = [time(random, style, ms), target, ...values, ...(style.hasLabel ? [label(random)] : [])];
      lines.push(row.map(field).join(delimiter));
    }
  }
  return lines.join(end) + (chance(random, 0.8) ? end : '');
}

function jsonRows(random: RandomStream, style: Style, minutes: number): string {
  const space = pick(random, ['', '', ' ']);
  const isNested = chance(random, 0.2);
  const lines = times(random, minutes).flatMap((ms) =>
    style.targets.map((target) => {
      const metrics = style.columns.map((name) => member(name, jsonNumber(random, style), space));
      const members = [
        member('timestamp', jsonTime(random, style, ms), space),
        member('target', JSON.stringify(target), space),
        ...(isNested ? [member('values', `{${metrics.join(`,${space}`)}}`, space)] : metrics),
        ...(style.hasLabel ? [member('label', JSON.stringify(label(random)), space)] : []),
      ];
      if (chance(random, style.odd)) members.reverse();
      return `{${members.join(`,${space}`)}}`;
    }),
  );
  return lines.join('\n') + (chance(random, 0.8) ? '\n' : '');
}

function jsonBatches(random: RandomStream, style: Style, minutes: number): string {
  const form = pick(random, ['named', 'listed', 'windowed'] as const);
  const row = (): string => `[${style.columns.map(() => jsonNumber(random, style)).join(',')}]`;
  const lines = times(random, minutes).map((ms) => {
    const items = style.targets.map((target) => {
      const named = style.columns.map((name) => member(name, jsonNumber(random, style), '')).join(',');
      const values =
        form === 'named' ? `{${named}}` : form === 'listed' ? row() : `[${row()},${row()},${row()}]`;
      return `{"target":${JSON.stringify(target)},"values":${values}}`;
    });
    return `{"minute":${jsonTime(random, style, ms)},"items":[${items.join(',')}]}`;
  });
  return `${lines.join('\n')}\n`;
}

function member(name: string, value: string, space: string): string {
  return `${JSON.stringify(name)}:${space}${value}`;
}

function number(random: RandomStream, { odd }: Style): string {
  if (chance(random, odd)) return pick(random, NUMBERS);
  return pick(random, [
    () => String(random.nextInteger(-5, 100)),
    () => random.next().toFixed(random.nextInteger(0, 18)),
    () => String((random.next() - 0.5) * 10 ** random.nextInteger(-310, 308)),
  ])();
}

/** A number, or what JSON does not know as one: as a text, or bare. */
function jsonNumber(random: RandomStream, style: Style): string {
  const text = number(random, style);
  const isJson = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text);
  return isJson || chance(random, 0.3) ? text : JSON.stringify(text);
}

function time(random: RandomStream, { odd, writeTime }: Style, ms: number): string {
  return chance(random, odd) ? pick(random, TIMES) : writeTime(ms);
}

function jsonTime(random: RandomStream, style: Style, ms: number): string {
  const text = time(random, style, ms);
  return /^-?[1-9]\d*$/.test(text) && chance(random, 0.5) ? text : JSON.stringify(text);
}

function label(random: RandomStream): string {
  return pick(random, ['0', '0', '1', 'true', 'False', '', 'disk full', '"', 'a,b', '-1']);
}
