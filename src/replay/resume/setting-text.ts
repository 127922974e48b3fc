import { formatDuration } from '../../core/time.js';

/** A setting's value as typed after its flag: '' for a flag without a value, null for one that is not given. */
export function settingText(flag: string, value: unknown): string | null {
  if (value === true) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(flag, value);
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(flag.startsWith('--') ? ',' : ' ');
  const pairs = Object.entries(value).map(([key, of]) => `${key}=${of}`);
  if (pairs.length === 0) return null;
  return pairs.join(flag === '--param' ? ' --param ' : ',');
}

function numberText(flag: string, value: number): string {
  if (flag === '--interval') return formatDuration(value);
  return flag === '--max-line' ? sizeText(value) : String(value);
}

/** In the largest unit of which it is a whole number. */
function sizeText(bytes: number): string {
  const unit = SIZE_UNITS.find(([, unitBytes]) => bytes % unitBytes === 0);
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}

const SIZE_UNITS = [
  ['GiB', 2 ** 30],
  ['GB', 1e9],
  ['MiB', 2 ** 20],
  ['MB', 1e6],
  ['KiB', 2 ** 10],
  ['KB', 1e3],
] as const;
