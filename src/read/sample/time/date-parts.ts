import { lettersOf, quoteName } from '../names.js';
import { textOf } from './day-parts.js';
import type { SampleTable } from '../table.js';

/** The parts of a date in their order, with the names of their columns. */
const PARTS: readonly (readonly [directive: string, names: RegExp, values: RegExp])[] = [
  ['%Y', /^(?:year|yyyy|yr|jahr|annee|ano)$/, /^\d{4}$/],
  ['%m', /^(?:month|mm|mon|mo|monat|mois|mes)$/, /^\d{1,2}$/],
  ['%d', /^(?:day|dayofmonth|dom|mday|dd|dy|tag|jour|dia)$/, /^\d{1,2}$/],
  ['%j', /^(?:doy|dayofyear|yday|julianday|jday)$/, /^\d{1,3}$/],
  ['%H', /^(?:hour|hours|hr|hh|stunde|heure|hora)$/, /^(?:[01]?\d|2[0-3])$/],
  ['%M', /^(?:minute|minutes|min|mn)$/, /^[0-5]?\d$/],
  ['%S', /^(?:second|seconds|sec|ss)$/, /^[0-5]?\d$/],
];

/**
 * The flags that read columns with the year, the month and further parts as one time; null: there are no such columns.
 */
export function datePartsFlags(table: SampleTable): string | null {
  const found: { readonly directive: string; readonly name: string }[] = [];
  for (const [directive, names, values] of PARTS) {
    // A time that has minutes has hours.
    if (directive === '%M' && found.at(-1)?.directive !== '%H') break;
    if (directive === '%S' && found.at(-1)?.directive !== '%M') break;
    const name = table.lineNames.find(
      (each) =>
        names.test(lettersOf(each)) &&
        table.lineColumn(each).every((value) => values.test(textOf(value).trim())),
    );
    const isOtherDay = directive === '%j' && found.some((part) => part.directive === '%m');
    if (name !== undefined && !isOtherDay) found.push({ directive, name });
  }
  const directives = found.map(({ directive }) => directive);
  const has = (directive: string): boolean => directives.includes(directive);
  if (!has('%Y') || !(has('%m') || has('%j')) || (has('%d') && !has('%m'))) return null;
  return `--time-column ${found.map(({ name }) => quoteName(name)).join(',')} --time-format '${directives.join(' ')}'`;
}
