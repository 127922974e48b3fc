import { readFileSync } from 'node:fs';

/** The limit on a process's address space (ulimit -v), in bytes; null: none, or the system does not say. */
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
