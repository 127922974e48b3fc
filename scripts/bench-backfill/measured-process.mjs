/** Runs whole processes and measures their time, processor time and memory, children included. Needs bash and Linux. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';

const SCRIPT = 'TIMEFORMAT="%R %U %S"; time "$@" >stdout 2>stderr';
const POLL_MS = 50;

/**
 * Runs a program to its end in the folder `cwd`, which gets its `stdout` and `stderr`.
 *
 * @param command the program and its arguments
 * @returns `wallMs` and `cpuMs` (user and system); `rssBytes` of the program and `childrenRssBytes`, the sum of its
 *   children's, each at its own peak; `stdout`
 * @throws Error with its standard error if it fails
 */
export async function measure(command, { cwd, env = {} }) {
  const child = spawn('bash', ['-c', SCRIPT, 'bash', ...command], {
    cwd,
    env: { ...process.env, ...env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const memory = new PeakMemory(child.pid);
  const poll = setInterval(() => memory.sample(), POLL_MS);
  let times = '';
  child.stderr.on('data', (text) => (times += text));
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(poll));
  if (status !== 0) {
    const stderr = readFileSync(join(cwd, 'stderr'), 'utf8').slice(-4000);
    throw new Error(`${command.join(' ')} exited with ${status}:\n${stderr}`);
  }
  const [wall, user, system] = times.trim().split('\n').at(-1).split(' ').map(Number);
  const stdout = readFileSync(join(cwd, 'stdout'), 'utf8');
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, ...memory.peaks(), stdout };
}

/** The largest resident memory of the child of `shellPid`, and of the processes below it. */
class PeakMemory {
  #shellPid;
  #program = null;
  #seen = new Set();
  #peakBytes = new Map();

  constructor(shellPid) {
    this.#shellPid = shellPid;
  }

  /**
   * Linux keeps a process's peak, so that a sample shortly before its end is enough. A process's first sample is
   * ignored, because between fork and exec it has the memory of its parent.
   */
  sample() {
    const [program] = childrenOf(this.#shellPid);
    if (program === undefined) return;
    this.#program = program;
    const found = [program];
    for (const pid of found) {
      found.push(...childrenOf(pid));
      const peak = this.#seen.has(pid) ? peakBytesOf(pid) : null;
      if (peak !== null) this.#peakBytes.set(pid, peak);
      this.#seen.add(pid);
    }
  }

  peaks() {
    let childrenRssBytes = 0;
    for (const [pid, bytes] of this.#peakBytes) if (pid !== this.#program) childrenRssBytes += bytes;
    return { rssBytes: this.#peakBytes.get(this.#program) ?? 0, childrenRssBytes };
  }
}

function childrenOf(pid) {
  return (readProc(`${pid}/task/${pid}/children`) ?? '').split(' ').filter((child) => child !== '');
}

function peakBytesOf(pid) {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? '') ?? [];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** Null once the process has ended. */
function readProc(path) {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return null;
  }
}
