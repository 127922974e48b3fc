/** A peer that is driven by a process in Python, which times itself and is told when its turn is. */
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

export class PythonPeer {
  /** @param script `ray_peer.py` or another one beside this file that takes turns (turns.py) */
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

  /** Versions, and what was chosen by measuring. */
  async start() {
    return (await this.#reply()).ready;
  }

  /** Times in ms of `minutes` minutes, or as many as fit in `mostMs`, from items to answers in the driving process. */
  async time(arm, processes, minutes, mostMs) {
    return (await this.#ask({ arm, processes, minutes, mostMs })).ms;
  }

  async outputs(arm, processes) {
    await this.#ask({ arm, processes, outputs: this.outputsFile });
    return new Float32Array(new Uint8Array(readFileSync(this.outputsFile)).buffer);
  }

  async stop() {
    this.child.stdin.end();
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
    await this.closed;
    clearTimeout(patience);
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
