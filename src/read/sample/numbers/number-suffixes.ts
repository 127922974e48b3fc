import { metricOfText } from '../../lines/number-format.js';
import { splitUnit } from '../../lines/units.js';
import type { Decision } from '../decision.js';

/** The texts of a column, without empty ones. */
export interface TextColumn {
  readonly name: string;
  readonly texts: readonly string[];
}

/** Whether a quarter of a column that mostly has numbers has a percent sign. */
export function hasPercentSigns({ texts }: TextColumn): boolean {
  const isNumber = (text: string): boolean => /^[\d.,\s'’+\u2212-]*\d\s*%?$/.test(text);
  return 4 * texts.filter(hasPercentSign).length >= texts.length && mostly(texts, isNumber);
}

export function hasPercentSign(text: string): boolean {
  return text.endsWith('%') && /^[\d.,\s'’+\u2212-]*\d\s*%$/.test(text);
}

function withoutPercent(text: string): string {
  return hasPercentSign(text) ? text.slice(0, -1).trimEnd() : text;
}

/** At least half of the texts, and one. */
export function mostly(texts: readonly string[], holds: (text: string) => boolean): boolean {
  const count = texts.filter(holds).length;
  return count > 0 && 2 * count >= texts.length;
}

/** A column whose numbers have one unit. */
export interface InUnit {
  readonly name: string;
  readonly unit: string;
  readonly example: string;
}

/** A column that cannot be read: its numbers have several units, or some have none. */
export interface MixedUnits {
  readonly name: string;
  /** In order of appearance. */
  readonly units: readonly string[];
}

/** The columns that mostly hold numbers with units. */
export function unitColumns(columns: readonly TextColumn[]): {
  readonly united: readonly InUnit[];
  readonly mixed: readonly MixedUnits[];
} {
  const united: InUnit[] = [];
  const mixed: MixedUnits[] = [];
  for (const { name, texts } of columns) {
    const found = texts.flatMap((text) => splitUnit(text)?.unit ?? []);
    const bare = texts.filter((text) => !Number.isNaN(metricOfText(text) ?? NaN));
    if (found.length === 0 || 2 * found.length < texts.length) continue;
    const units = [...new Set(found)];
    const [unit = ''] = units;
    const example = texts.find((text) => splitUnit(text) !== null) ?? '';
    if (units.length > 1 || bare.length > 0)
      mixed.push({ name, units: bare.length > 0 ? [...units, 'none'] : units });
    else united.push({ name, unit, example });
  }
  return { united, mixed };
}

/** A column without what follows its numbers. */
export function withoutSuffix({ name, texts }: TextColumn, united: readonly InUnit[]): TextColumn {
  const isUnited = united.some((each) => each.name === name);
  return {
    name,
    texts: texts.map((text) => (isUnited ? (splitUnit(text)?.number ?? text) : withoutPercent(text))),
  };
}

export function unitDecision({ name, unit, example }: InUnit): Decision {
  return {
    ...{ about: 'numbers', choice: `"${name}" in ${unit}`, source: 'shape', flag: null, alternatives: [] },
    evidence: `its numbers have that unit, such as ${example}`,
  };
}

/** What is wrong with columns of mixed units, which are not read. */
export function mixedText(columns: readonly MixedUnits[]): string {
  return columns.map(({ name, units }) => `"${name}" has ${units.join(' and ')}`).join(', ');
}
