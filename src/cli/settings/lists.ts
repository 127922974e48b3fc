import { InvalidArgumentError } from 'commander';

import { commaSeparated as splitNames } from '../../core/comma-list.js';
import type { ActorCount } from '../../core/actor-count.js';
import type { ActorRange } from '../../bench/bench-config.js';
import { actorCount } from './kinds.js';
import type { Kind } from './setting.js';

/* Kinds of settings that may be given several times: each parser adds to the value so far. */

/** `a,b,c`: names separated by commas; `"a, b",c`: with commas in them. */
export const names: Kind<readonly string[]> = {
  parse: (text, earlier) => [...(earlier ?? []), ...commaSeparated(text)],
  parseElement: (text, earlier) => {
    if (text.trim() === '') throw new InvalidArgumentError('Expected names.');
    return [...(earlier ?? []), text];
  },
  show: (value) => value.map(listed).join(','),
  json: 'list',
};

/** `each`, or names separated by commas. */
export const eachOrNames: Kind<'each' | readonly string[]> = {
  parse: (text, earlier) =>
    text === 'each' ? text : names.parse(text, earlier === 'each' ? undefined : earlier),
  show: (value) => (value === 'each' ? value : names.show(value)),
  json: 'list',
};

/** `a,b,c`, each of the same kind. */
export function listOf<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    parse: (text, earlier) => [...(earlier ?? []), ...commaSeparated(text).map((one) => kind.parse(one))],
    show: (value) => value.map(kind.show).join(','),
    json: kind.json === 'number' ? 'numbers' : 'list',
  };
}

const actorCounts = listOf(actorCount);

/** `4`, `30%` or `auto`: up to that many actors; `1,2,4`, or given several times: exactly these. */
export const actorRange: Kind<ActorRange> = {
  parse(text, earlier) {
    const counts = actorCounts.parse(text, earlier === undefined ? undefined : countsOf(earlier));
    const [only] = counts;
    return only !== undefined && counts.length === 1 && !text.includes(',')
      ? { kind: 'up-to', most: only }
      : { kind: 'exactly', counts };
  },
  show: (range) => actorCounts.show(countsOf(range)),
  json: 'numbers',
};

function countsOf(range: ActorRange): readonly ActorCount[] {
  return range.kind === 'up-to' ? [range.most] : range.counts;
}

/** `key=value`; the value is any text. */
export const parameters: Kind<Readonly<Record<string, string>>> = {
  parse(text, earlier) {
    const at = text.indexOf('=');
    if (at < 1) throw new InvalidArgumentError('Expected KEY=VALUE.');
    const key = text.slice(0, at);
    const before = Object.entries(earlier ?? {});
    if (before.some(([other]) => other === key)) throw new InvalidArgumentError(`"${key}" is given twice.`);
    return Object.fromEntries([...before, [key, text.slice(at + 1)]]);
  },
  show: (value) => pairs(value).join(' --param '),
  json: 'pairs',
};

/** `new=old,new2=old2`: names of columns. */
export const renames: Kind<Readonly<Record<string, string>>> = {
  parse(text, earlier) {
    const added = commaSeparated(text).map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1 || at === pair.length - 1) throw new InvalidArgumentError('Expected NEW=OLD.');
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    });
    const all = [...Object.entries(earlier ?? {}), ...added];
    for (const side of [0, 1] as const) {
      const seen = new Set<string>();
      for (const { [side]: column } of all) {
        if (seen.has(column)) throw new InvalidArgumentError(`"${column}" is mapped twice.`);
        seen.add(column);
      }
    }
    return Object.fromEntries(all);
  },
  show: (value) => pairs(value).join(','),
  json: 'pairs',
};

function pairs(value: Readonly<Record<string, string>>): string[] {
  return Object.entries(value).map(([key, of]) => `${key}=${of}`);
}

function commaSeparated(text: string): string[] {
  const parts = splitNames(text);
  if (parts === null) throw new InvalidArgumentError('Expected names separated by commas.');
  return parts;
}

/** A name as `commaSeparated` takes it. */
function listed(name: string): string {
  return /[,"]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
