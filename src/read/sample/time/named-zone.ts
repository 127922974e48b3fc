import type { Notice } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';

const OFFSET = /(?:GMT|UTC) ?(?<sign>[+\u2212-])(?<hours>\d{1,2})(?::?(?<minutes>\d\d))?(?!\d)/i;
/** Windows writes how many minutes its clocks are behind UTC. */
const PERFMON = /^\(PDH-CSV [\d.]+\).*\((?<behind>-?\d{1,3})\)$/;

/** The offset that the name of a column of times states, such as `-07:00`; null: none, or that of UTC. */
function namedOffset(field: string): string | null {
  const { sign, hours = '0', minutes = '0' } = OFFSET.exec(field)?.groups ?? {};
  const behind = PERFMON.exec(field)?.groups?.['behind'];
  const ahead = behind === undefined ? 60 * Number(hours) + Number(minutes) : Math.abs(Number(behind));
  if (ahead === 0 || ahead > 14 * 60) return null;
  const isBehind = behind === undefined ? sign !== '+' : Number(behind) > 0;
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${isBehind ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** Warns of times in UTC whose column states another zone. */
export function namedZoneNotices(fields: readonly string[], timezone: string): Notice[] {
  if (timezone !== 'UTC') return [];
  return fields.flatMap((field) => {
    const offset = namedOffset(field);
    if (offset === null) return [];
    const text = `"${oneLine(field)}" states the offset ${offset}, but times without one are read as UTC; give --timezone ${offset}`;
    return [{ level: 'warning', text }];
  });
}
