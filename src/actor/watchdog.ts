/**
 * A worker thread that ends its process when the parent is gone. The main thread cannot do so, because it does not see
 * the pipe close while a model computes.
 */
import { workerData } from 'node:worker_threads';

const POLL_MS = 250;
const parentPid = workerData as number;

setInterval(() => {
  if (process.ppid !== parentPid || !isAlive(parentPid)) process.kill(process.pid, 'SIGKILL');
}, POLL_MS);

/** On Windows, a process keeps the parent's pid after the parent's death, so the parent itself is checked. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
