import { isTimeName } from '../time/time-column.js';

/** Units of measurement, perhaps with a prefix, an exponent, and others behind a slash. */
const UNIT =
  /^(?:[yzafpnuµμmcdhkKMGTPE]|[KMGT]i)?(?:s|sec|min|h|hr|hrs|d|m|g|t|l|L|A|V|W|Wh|VA|VAh|var|J|N|K|C|F|B|b|bit|bits|byte|bytes|Pa|bar|Hz|Ohm|Ω|S|cd|lm|lx|lux|mol|rad|deg|cal|eV)(?:[-^]?[1-4]|[²³⁻¹]+)?$/;
const OTHER_UNIT =
  /^(?:%|‰|pct|percent|ratio|count|counts|number|#|rpm|r\/min|km\/h|kmh|kph|mph|kn|kt|knots|psi|atm|mmHg|inHg|torr|ppm|ppb|ppt|dBm?|dB\(A\)|pH|NTU|PSU|[°º˚]|[°º˚] ?[CFKcf]|℃|℉|deg(?:ree)?s? ?[CF]|celsius|fahrenheit|kelvin|(?:milli|kilo|mega|giga)?(?:watts?|volts?|amps?|amperes?|metres?|meters?|bytes)|seconds?|minutes?|hours?|days?|EUR|USD|GBP|CHF|[€$£]|(?:req|requests|ops|events|packets|pkts|msgs?|bytes|bits))$/i;
const BRACKETED = /^(?:\[[^[\]]*\]|\([^()]*\)|<[^<>]*>|\{[^{}]*\})$/;
/** What loggers write below the units: how a value sums up those measured. */
const SUMMARY = /^(?:Smp|Avg|Min|Max|Tot|Std|Med|Sample|WVc|TMn|TMx|TS|RN)$/;
/** Cells without a unit. */
const NONE = /^[-–—._/ ]*$|^(?:n\/a|na|none|unitless)$/i;

/** How many lines with units and the like may be below a header. */
const MOST_LINES = 3;

/**
 * How many of the lines below a header have the units of its columns: `,°C,%`. They have a field for each named column,
 * none of which is a number or a time, and a row must follow.
 *
 * @param lines the fields of each, the header first, without blank ones and comments
 */
export function countUnitLines(
  [names = [], ...lines]: readonly (readonly string[])[],
  isData: (fields: readonly string[]) => boolean,
): number {
  const columns = names.findLastIndex((name) => name.trim() !== '') + 1;
  const row = lines.findIndex(isData);
  const above = lines.slice(0, Math.max(0, row));
  const areUnits = above.every((fields) => fields.length >= columns && isUnitLine(fields));
  return areUnits && above.length <= MOST_LINES ? above.length : 0;
}

/** Whether the fields of a line are units, but for one that may say how times are written. */
export function isUnitLine(fields: readonly string[]): boolean {
  const held = fields.map((field) => field.trim()).filter((field) => !NONE.test(field));
  const others = held.filter((field) => !isUnit(field));
  const isForTimes = others.every((field) => !/\d/.test(field) && !isTimeName(field));
  return others.length <= 1 && held.length > others.length && isForTimes;
}

function isUnit(field: string): boolean {
  if (OTHER_UNIT.test(field) || SUMMARY.test(field) || BRACKETED.test(field)) return true;
  const parts = field.split(/\s*[/·*]\s*|(?<=\w) (?=\w)/);
  return parts.every((part) => UNIT.test(part) || OTHER_UNIT.test(part));
}
