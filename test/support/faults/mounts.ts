import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Arguments of `mount` for a small disk in memory. */
export function mountArgs(folder: string, bytes: number, ...options: readonly string[]): string[] {
  return ['-t', 'tmpfs', '-o', [`size=${bytes}`, ...options].join(','), 'tmpfs', folder];
}

/** False: a small disk can be mounted; otherwise why not. */
export function canMount(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root can mount a small disk';
  const probe = '/tmp/aiops-serve-mount-probe';
  mkdirSync(probe, { recursive: true });
  const { status, error } = spawnSync('mount', mountArgs(probe, 65_536));
  if (status !== 0)
    return `no small disk can be mounted here${error === undefined ? '' : `: ${error.message}`}`;
  spawnSync('umount', [probe]);
  return false;
}
