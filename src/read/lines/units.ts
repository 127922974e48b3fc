import { OTHER_UNIT } from './reject-remedies.js';
import { numberParser, percentParser, type NumberFormat, type ParseNumber } from './number-format.js';

const UNITS = new Set([
  ...['ns', 'us', 'µs', 'μs', 'ms', 's', 'sec', 'secs', 'min', 'mins', 'h', 'hours', 'days'],
  ...[
    'B',
    'kB',
    'KB',
    'MB',
    'GB',
    'TB',
    'PB',
    'Ki',
    'Mi',
    'Gi',
    'KiB',
    'MiB',
    'GiB',
    'TiB',
    'bytes',
    'Bytes',
  ],
  ...['bit', 'kbit', 'Mbit', 'Gbit', 'bps', 'kbps', 'Kbps', 'Mbps', 'Gbps', 'k', 'K', 'M', 'G', 'rps', 'qps'],
  ...['Hz', 'kHz', 'MHz', 'GHz', 'rpm', 'V', 'mV', 'kV', 'A', 'mA', 'W', 'mW', 'kW', 'MW', 'Wh', 'kWh', 'VA'],
  ...[
    '°C',
    '°F',
    'C',
    'F',
    'Pa',
    'hPa',
    'kPa',
    'bar',
    'mbar',
    'psi',
    'm',
    'mm',
    'cm',
    'km',
    'm/s',
    'km/h',
    'g',
  ],
  ...['kg', 'l', 'dB', 'dBm', 'ppm', 'req', 'reqs', 'requests', 'ops', 'pkts', 'packets', 'cores', 'vCPU'],
]);
const PER_TIME = /\/(?:s|sec|second|min|h|hour)$/;
const WITH_UNIT =
  /^(?<number>[+\u2212-]?\d(?:[\d., \u00A0\u202F'’]*\d)?[.,]?)\s*(?<unit>[^\d\s.,'’%+\u2212-][^\d\s.,'’]*)$/u;

/** A number and the usual unit behind it; null: the text is none. */
export function splitUnit(text: string): { readonly number: string; readonly unit: string } | null {
  const { number = '', unit = '' } = WITH_UNIT.exec(text)?.groups ?? {};
  return UNITS.has(unit) || UNITS.has(unit.replace(PER_TIME, '')) ? { number, unit } : null;
}

/** The value of a number in a unit; undefined for everything else, as where it has none or another one. */
function unitParser(format: NumberFormat, unit: string): ParseNumber {
  const parse = numberParser(format);
  return (text) => {
    const split = splitUnit(text.trim());
    const value = split?.unit === unit ? parse(split.number) : undefined;
    return Number.isNaN(value) ? undefined : value;
  };
}

/** For fields whose numbers have something behind them: how to read those. */
export function suffixParsers(format: NumberFormat): ReadonlyMap<string, ParseNumber> {
  const parsePercent = percentParser(format);
  return new Map([
    ...format.percent.map((name) => [name, parsePercent] as const),
    ...(format.units ?? []).map(([name, unit]) => [name, unitParser(format, unit)] as const),
  ]);
}

/** As `numberParser`, with percent signs and units in any field, if the file has them in some. */
export function lenientParser(format: NumberFormat): ParseNumber {
  const parse = numberParser(format);
  const parsers = [...new Set(suffixParsers(format).values())];
  if (parsers.length === 0) return parse;
  return (text) => {
    const value = parse(text);
    return value ?? parsers.map((each) => each(text)).find((found) => found !== undefined);
  };
}

/** What is wrong with a text in a field whose numbers have a unit. */
export function notInUnit(shown: string, unit: string): string {
  return `${shown} is not a number in ${unit}, ${OTHER_UNIT}`;
}
