import type { Decision } from '../decision.js';
import { isCalendar, isCount, isUuids, type FieldShape } from '../field-shape.js';
import {
  countGroups,
  isSameGrouping,
  neverRecurs,
  recurringShare,
  repeats,
  takeTurns,
} from '../row-groups.js';
import { namesRows, numberingAmong } from './row-numbers.js';
import { isCycling, isPart, recurTogether } from './target-numbers.js';
import type { SampledTable } from '../table.js';
import type { TargetName } from './target-names.js';
import { mayTakeTurns, numberTurns } from './target-turns.js';
import { areVerdictWords } from '../label/verdicts.js';

/** What is decided before the targets. */
export interface TargetInput extends SampledTable {
  /** Of the table's rows, epoch ms. */
  readonly timesMs: readonly number[];
  /** Fields that are something else. */
  readonly taken: ReadonlySet<string>;
  /** The field with the metric's name in a table with a row per metric: its rows repeat their time and target. */
  readonly metric: FieldShape | null;
}

/** Most fields that are combined with each other. */
const MAX_COMBINED = 12;
/** So many rows that repeat time and target are exceptions, and so many show that something distinguishes them. */
const FEW = 0.02;
const MANY = 0.1;

/** Of the fields whose names mean a target, by their names. */
type TargetNames = ReadonlyMap<string, TargetName>;

/** Finds out which fields name targets. */
export class TargetSearch {
  readonly #rows: TargetInput;
  readonly #shapes: readonly FieldShape[];
  readonly #metric: readonly FieldShape[];
  readonly #usual: TargetNames;
  readonly #count: number;
  /** Fields with a usual name for a target, the surest first, and those of them that are none by what they hold. */
  readonly #named: readonly FieldShape[];
  readonly #refuted: readonly FieldShape[];
  /** By the names of the fields. */
  readonly #repeats = new Map<string, number>();

  /** `usual`: what the names of fields say about targets. */
  constructor(rows: TargetInput, shapes: readonly FieldShape[], usualNames: TargetNames) {
    const { metric, timesMs } = rows;
    this.#rows = rows;
    this.#shapes = shapes;
    this.#count = timesMs.length;
    this.#usual = usualNames;
    this.#metric = metric === null ? [] : [metric];
    const usual = shapes.filter(({ name }) => usualNames.has(name));
    usual.sort((a, b) => this.#rankOf(a) - this.#rankOf(b));
    this.#refuted = usual.filter((shape) => this.#isRefuted(shape));
    const kept = usual.filter((shape) => !this.#refuted.includes(shape));
    this.#named = kept.filter((shape) => this.#isNamed(shape));
  }

  /** What the rows show. */
  search(): FoundTargets {
    const found = this.#decide();
    const { chosen } = found;
    const refuted = chosen.length > 0 ? [] : this.#refuted.filter((shape) => !isCount(shape));
    const others = found.others.length > 0 ? found.others : refuted.map(({ name }) => [name]);
    const rest = this.#shapes.filter((shape) => !chosen.includes(shape));
    const numbering = numberingAmong(rest, this.#rows, chosen, this.#usual);
    return { ...found, others, numbering, repeated: this.#repeated(chosen) };
  }

  #decide(): Found {
    const [first] = this.#named;
    if (first === undefined) return this.#byShape();
    const best = this.#named.find((shape) => !this.#isMany([shape])) ?? first;
    const together = this.#isMany([best]) ? this.#more([best]) : this.#turning([best]);
    if (together !== null) {
      const evidence = 'only together they distinguish rows of one time';
      return { chosen: together, source: 'shape', evidence, others: [] };
    }
    const others = this.#named.filter(
      (shape) => shape !== best && this.#usual.get(shape.name)?.isWeak === false,
    );
    const rival = others.find(
      (shape) =>
        this.#rankOf(shape) < this.#rankOf(best) &&
        shape.distinct > 1 &&
        !isSameGrouping(this.#rows, [shape], [best]),
    );
    const evidence =
      rival === undefined
        ? 'it has a usual name'
        : `it distinguishes rows of one time, unlike "${rival.name}"`;
    return { chosen: [best], source: rival === undefined ? 'name' : 'shape', evidence, others: [] };
  }

  #rankOf({ name }: FieldShape): number {
    return this.#usual.get(name)?.rank ?? Infinity;
  }

  /** Where no name says what the target is. */
  #byShape(): Found {
    const texts = this.#texts();
    if (this.#isMany([])) {
      const found =
        this.#single(texts) ??
        this.#more([]) ??
        this.#single(this.#shapes.filter((shape) => isCycling(this.#rows, shape)));
      if (found !== null) return this.#foundByTime(found);
      return {
        chosen: [],
        source: 'default',
        evidence: 'no column distinguishes rows of one time',
        others: [],
      };
    }
    const turnsOf = new Map(this.#shapes.map((shape) => [shape, numberTurns(this.#rows, shape)]));
    const isSure = (shape: FieldShape): boolean => turnsOf.get(shape) === 'surely';
    const inTurn = texts.filter((shape) => !areVerdictWords(shape) && takeTurns(this.#rows, [shape]));
    const turning = inTurn.length > 0 ? inTurn : this.#shapes.filter(isSure);
    const [first] = turning;
    if (first !== undefined) {
      const evidence = `its ${first.distinct} values come in turn, each in regular steps`;
      return { chosen: [first], source: 'shape', evidence, others: [[], ...this.#rivals([first], turning)] };
    }
    const perhaps = [
      ...texts.filter((shape) => mayTakeTurns(this.#rows, shape)),
      ...this.#shapes.filter((shape) => turnsOf.get(shape) === 'perhaps'),
    ];
    return this.#oneSeries(perhaps);
  }

  #oneSeries(perhaps: readonly FieldShape[]): Found {
    const [first] = perhaps;
    if (first !== undefined) {
      const evidence = `no rows share a time, though "${first.name}" changes from row to row`;
      return { chosen: [], source: 'default', evidence, others: perhaps.map(({ name }) => [name]) };
    }
    const constant = this.#shapes.filter((shape) => shape.kind === 'name' && shape.distinct === 1);
    const rare = constant.filter(({ present }) => present === this.#count && this.#count > 1);
    const evidence =
      rare.length === 0
        ? 'no column has a usual name, and no rows share a time'
        : `"${rare[0]?.name}" is the same in all sampled rows`;
    return { chosen: [], source: 'default', evidence, others: rare.slice(0, 1).map(({ name }) => [name]) };
  }

  #foundByTime(chosen: readonly FieldShape[]): Found {
    const groups = countGroups(this.#rows, chosen);
    const what = chosen.length === 1 ? `its ${groups} values` : `their ${groups} combinations`;
    const evidence = `rows share their times, and ${what} distinguish them`;
    return { chosen, source: 'shape', evidence, others: this.#rivals(chosen, this.#texts()) };
  }

  /** Other single fields that are as good but group rows differently. */
  #rivals(chosen: readonly FieldShape[], among: readonly FieldShape[]): (readonly string[])[] {
    if (chosen.length !== 1) return [];
    const isGood = (shape: FieldShape): boolean => (this.#isMany([]) ? this.#isFew([shape]) : true);
    return among
      .filter(
        (shape) => !chosen.includes(shape) && isGood(shape) && !isSameGrouping(this.#rows, chosen, [shape]),
      )
      .map(({ name }) => [name]);
  }

  /** The field that alone distinguishes rows of one time; the coarsest of several. */
  #single(among: readonly FieldShape[]): readonly FieldShape[] | null {
    const good = among.filter((shape) => this.#isFew([shape]));
    const [best] = good.sort((a, b) => a.distinct - b.distinct);
    return best === undefined ? null : [best];
  }

  /** These fields with one or two more, which together distinguish rows of one time; null: there are none. */
  #more(fields: readonly FieldShape[]): readonly FieldShape[] | null {
    const names = [...new Set([...this.#named, ...this.#texts()])];
    const pick = (among: readonly FieldShape[]): FieldShape[] =>
      among.filter((shape) => !fields.includes(shape) && shape.distinct > 1).slice(0, MAX_COMBINED);
    const found = this.#combined(fields, pick(names));
    if (found !== null) return found;
    const numbers = this.#shapes.filter((shape) => isPart(this.#rows, shape) && !names.includes(shape));
    if (numbers.length === 0) return null;
    const withNumbers = this.#combined(fields, pick([...names, ...numbers]));
    return withNumbers !== null && recurTogether(this.#rows, withNumbers) ? withNumbers : null;
  }

  #combined(fields: readonly FieldShape[], parts: readonly FieldShape[]): readonly FieldShape[] | null {
    for (const more of fields.length > 0 ? [1, 2] : [2, 3]) {
      const choices = combinations(parts, more).map((found) => [...fields, ...found]);
      const good = choices.filter((choice) => this.#isFew(choice));
      const [best] = good
        .map((choice) => ({ choice, groups: countGroups(this.#rows, choice) }))
        .sort((a, b) => a.groups - b.groups);
      if (best !== undefined) return best.choice;
    }
    return null;
  }

  /** The same for targets that take turns. */
  #turning(fields: readonly FieldShape[]): readonly FieldShape[] | null {
    const part = this.#named.find(
      (shape) => !fields.includes(shape) && shape.distinct > 1 && takeTurns(this.#rows, [shape], fields),
    );
    return part === undefined ? null : [...fields, part];
  }

  /** Fields of texts that recur, as names of targets do. */
  #texts(): FieldShape[] {
    const isOneTime = new Set(this.#rows.timesMs).size === 1;
    return this.#shapes.filter(
      (shape) =>
        shape.kind === 'name' &&
        shape.distinct > 1 &&
        !isCalendar(shape) &&
        (isOneTime || recurringShare(this.#rows, shape) >= 0.5),
    );
  }

  /** Whether a field with a usual name names targets: texts do, and numbers if rows show it. */
  #isNamed(shape: FieldShape): boolean {
    const { name, kind } = shape;
    const usual = this.#usual.get(name);
    if (usual?.isPlain === true || (kind === 'name' && usual?.isVague === false)) return true;
    if (kind === 'other') return false;
    if (this.#isMany([])) return this.#repeated([shape]) < this.#repeated([]) / 2;
    if (shape.distinct > 1) return takeTurns(this.#rows, [shape]);
    return usual?.isVague === false && /id$/i.test(shape.name);
  }

  /** A new value in every row, or at every time, names rows and not targets. */
  #isRefuted(shape: FieldShape): boolean {
    const isWeak = this.#usual.get(shape.name)?.isWeak === true;
    if (isWeak && !this.#isMany([]) && namesRows(this.#rows, shape)) return true;
    if (!neverRecurs(this.#rows, shape)) return false;
    return isWeak || isCount(shape) || isUuids(shape);
  }

  #repeated(fields: readonly FieldShape[]): number {
    const names = JSON.stringify(fields.map(({ name }) => name));
    let count = this.#repeats.get(names);
    if (count === undefined) {
      count = repeats(this.#rows, [...fields, ...this.#metric]);
      this.#repeats.set(names, count);
    }
    return count;
  }

  #isMany(fields: readonly FieldShape[]): boolean {
    const repeated = this.#repeated(fields);
    return repeated > 1 && repeated > MANY * this.#count;
  }

  #isFew(fields: readonly FieldShape[]): boolean {
    return this.#repeated(fields) <= FEW * this.#count;
  }
}

/** All choices of so many things, in order. */
function combinations<T>(things: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return things.flatMap((first, i) =>
    combinations(things.slice(i + 1), count - 1).map((others) => [first, ...others]),
  );
}

interface Found {
  readonly chosen: readonly FieldShape[];
  readonly source: Decision['source'];
  readonly evidence: string;
  /** Other choices that are as good. */
  readonly others: readonly (readonly string[])[];
}

export interface FoundTargets extends Found {
  readonly numbering: readonly FieldShape[];
  readonly repeated: number;
}
