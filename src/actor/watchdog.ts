/**
 * A worker thread that ends its process when the parent is gone. The main thread can't do this itself:
 * while a model computes, it does not see the pipe close.
 */
import { workerData } from 'node:worker_threads';

const POLL_MS = 250;
const parentPid = workerData as number;

setInterval(() => {
  if (process.ppid !== parentPid || !isAlive(parentPid)) process.kill(process.pid, 'SIGKILL');
}, POLL_MS);

/** Where a process keeps the parent's number after its death (Windows), asking for the parent itself tells. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
