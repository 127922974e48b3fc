import { Worker } from 'node:worker_threads';

/** A case that takes longer hangs. */
const PATIENCE_MS = 30_000;

const GUARD = `
const { workerData } = require('node:worker_threads');
const current = new Int32Array(workerData.shared);
for (let last = -1; ; ) {
  const before = Atomics.load(current, 0);
  if (before < 0) break;
  if (Atomics.wait(current, 0, before, workerData.patienceMs) === 'timed-out') {
    require('node:fs').writeSync(2, 'case ' + before + ' hangs: FAULT_SEED=' + workerData.seed + ' FAULT_ONLY=' + before + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
}
`;

/** Ends this process, having named the case, if one takes for ever; a loop that never yields cannot end itself. */
export class Watchdog {
  readonly #current: Int32Array;

  constructor(seed: number) {
    const shared = new SharedArrayBuffer(4);
    this.#current = new Int32Array(shared);
    new Worker(GUARD, { eval: true, workerData: { shared, seed, patienceMs: PATIENCE_MS } }).unref();
  }

  begin(index: number): void {
    Atomics.store(this.#current, 0, index);
    Atomics.notify(this.#current, 0);
  }

  end(): void {
    this.begin(-1);
  }
}
