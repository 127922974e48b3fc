import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

import { isErrno } from './files.js';

/** The process that holds an output folder, as `lock.json` describes it. Null: this machine does not say. */
export interface LockHolder {
  readonly program: 'aiops-serve';
  readonly host: string;
  /** Distinguishes hosts of the same name. */
  readonly machineId: string | null;
  readonly bootId: string | null;
  /** Process ids are valid only within it: each container has its own. */
  readonly pidNamespace: string | null;
  readonly pid: number;
  /** When the process started, in kernel ticks since boot: unlike a process id, it is not reused. */
  readonly startedTicks: number | null;
  /** ISO 8601. */
  readonly since: string;
}

/** `unseen`: on another host or in another container. */
export type HolderState = 'running' | 'stopped' | 'dead' | 'unseen';

/** This process. */
export async function thisHolder(): Promise<LockHolder> {
  const [machineId, bootId, pidNamespace, process_] = await Promise.all([
    textOf('/etc/machine-id'),
    textOf('/proc/sys/kernel/random/boot_id'),
    readlink('/proc/self/ns/pid').catch(() => null),
    processStat(process.pid),
  ]);
  return {
    program: 'aiops-serve',
    host: hostname(),
    machineId,
    bootId,
    pidNamespace,
    pid: process.pid,
    startedTicks: process_?.startedTicks ?? null,
    since: new Date().toISOString(),
  };
}

/** The state of a holder as far as `self` can see it. */
export async function holderState(holder: LockHolder, self: LockHolder): Promise<HolderState> {
  const isOtherMachine =
    holder.machineId !== null && self.machineId !== null && holder.machineId !== self.machineId;
  if (holder.host !== self.host || isOtherMachine) return 'unseen';
  if (holder.bootId !== self.bootId) return 'dead'; // nothing outlives a reboot
  if (holder.pidNamespace !== self.pidNamespace) return 'unseen';
  const found = await processStat(holder.pid);
  if (found === null) return isSignallable(holder.pid) ? 'running' : 'dead';
  if (holder.startedTicks !== null && found.startedTicks !== holder.startedTicks) return 'dead';
  if (/[ZX]/i.test(found.state)) return 'dead'; // a zombie
  return /t/i.test(found.state) ? 'stopped' : 'running';
}

/** Null: this program did not write the text. */
export function parseHolder(text: string): LockHolder | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { program, host, pid, since, ...rest } = value as Record<string, unknown>;
  if (program !== 'aiops-serve' || typeof host !== 'string' || typeof since !== 'string') return null;
  if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return null;
  return {
    program,
    host,
    machineId: textOrNull(rest['machineId']),
    bootId: textOrNull(rest['bootId']),
    pidNamespace: textOrNull(rest['pidNamespace']),
    pid: pid as number,
    startedTicks: typeof rest['startedTicks'] === 'number' ? rest['startedTicks'] : null,
    since,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

async function textOf(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}

/** Fields 3 and 22 of /proc/PID/stat; null: it cannot be read. */
async function processStat(pid: number): Promise<{ state: string; startedTicks: number } | null> {
  const text = await textOf(`/proc/${pid}/stat`);
  if (text === null) return null;
  // Field 2 is the program's name in parentheses, which may contain any character.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedTicks: Number(fields[19]) };
}

/** For systems without /proc: a process that cannot be signalled does not exist. */
function isSignallable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}
