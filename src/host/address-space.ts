import { readFileSync } from 'node:fs';

/** The address space that a process may have here at most, bytes; null: any, or the system does not say. */
export function addressSpaceLimit(): number | null {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return null;
  }
  const [, soft] = /^Max address space +(\d+) /m.exec(limits) ?? [];
  return soft === undefined ? null : Number(soft);
}
