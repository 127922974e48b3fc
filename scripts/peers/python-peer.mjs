/** A peer driven by a Python process, which times itself; this side gives it its turns. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { peersPython } from './environment.mjs';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ENVIRONMENT = {
  PYTHONPATH: FOLDER,
  PYTHONDONTWRITEBYTECODE: '1',
  RAY_USAGE_STATS_ENABLED: '0',
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
};

const STOP_TIMEOUT_MS = 30_000;

export class PythonPeer {
  /** @param script a file in this folder that takes turns (turns.py), like `ray_peer.py` */
  constructor(script, { description, folder }) {
    this.script = script;
    this.log = join(folder, `${script}.log`);
    this.outputsFile = join(folder, `${script}.f32`);
    const log = openSync(this.log, 'w');
    this.child = spawn(peersPython(), [join(FOLDER, script), description], {
      env: { ...process.env, ...ENVIRONMENT },
      stdio: ['pipe', 'pipe', log],
    });
    closeSync(log);
    this.closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.on('error', () => undefined); // `closed` follows
    this.child.stdin.on('error', () => undefined);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until it is ready; returns versions and what it chose by measuring. */
  async start() {
    return (await this.#reply()).ready;
  }

  /** Serves `minutes` minutes, or as many as fit in `mostMs`; times in ms, from items to answers in the driving process. */
  async time(variant, processes, minutes, mostMs) {
    return (await this.#ask({ variant, processes, minutes, mostMs })).ms;
  }

  async outputs(variant, processes) {
    await this.#ask({ variant, processes, outputs: this.outputsFile });
    return new Float32Array(new Uint8Array(readFileSync(this.outputsFile)).buffer);
  }

  async stop() {
    this.child.stdin.end();
    const timeout = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.closed;
    clearTimeout(timeout);
  }

  #ask(message) {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
    return this.#reply();
  }

  async #reply() {
    const { done, value } = await this.lines.next();
    if (!done) return JSON.parse(value);
    throw new Error(`${this.script} ended:\n${readFileSync(this.log, 'utf8').slice(-4000)}`);
  }
}
