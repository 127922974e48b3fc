/** The peers driven from this process: our pool, a generic pool, and the floors that none can beat. */
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import workerpool from 'workerpool';

import { ROW_STATUS } from '#build/core/block.js';
import { partition } from '#build/core/partition.js';
import { numbersOnly } from '#build/measure/turn.js';
import { Pool } from '#build/pool/pool.js';
import { Solo } from '#build/pool/solo.js';

import { BarePipe } from '../bench-pipe/bare-pipe.mjs';

/** Serves `minutes` minutes, or as many as fit in `mostMs`, at least one; times in ms. */
async function timeMinutes(serve, minutes, mostMs) {
  await serve(); // refills caches after the other variants' turns
  const times = [];
  for (let spentMs = 0; times.length < minutes && spentMs < mostMs; spentMs += times.at(-1)) {
    const startedAt = performance.now();
    await serve();
    times.push(performance.now() - startedAt);
  }
  return times;
}

function executorOptions(load) {
  return { load, timeoutMs: 60_000, log: (actor, line) => console.error(`${actor}: ${line}`) };
}

function outputsOf({ answers }) {
  const failed = answers.statuses.filter((status) => status !== ROW_STATUS.ok).length;
  if (failed > 0) throw new Error(`${failed} items failed`);
  return answers.outputs.values;
}

/** This program. Variants: `per-item`, `batched`. */
export class OwnPeer {
  constructor({ minute, processes, load }) {
    this.minute = minute;
    this.pool = new Pool({ ...executorOptions(load), actors: processes });
  }

  async start() {
    const { backend } = await this.pool.start();
    return backend.versions;
  }

  time(style, processes, minutes, mostMs) {
    return timeMinutes(() => this.pool.run(this.minute, numbersOnly(style), processes), minutes, mostMs);
  }

  async outputs(style, processes) {
    return outputsOf(await this.pool.run(this.minute, numbersOnly(style), processes));
  }

  stop() {
    return this.pool.stop();
  }
}

/** One process's time for all items in one call, divided by the number of processes. Variant: `batched`. */
export class SoloFloor {
  constructor({ minute, load }) {
    this.minute = minute;
    this.solo = new Solo(executorOptions(load));
  }

  async start() {
    await this.solo.start();
    return {};
  }

  async time(style, processes, minutes, mostMs) {
    const inside = [];
    const serve = async () => {
      const { timing } = await this.solo.run(this.minute, numbersOnly(style));
      inside.push(timing.wallMs / processes);
    };
    const { length } = await timeMinutes(serve, minutes, mostMs);
    return inside.slice(-length); // without the warm-up
  }

  async outputs(style) {
    return outputsOf(await this.solo.run(this.minute, numbersOnly(style)));
  }

  stop() {
    return this.solo.stop();
  }
}

/** The same numbers as bytes, both ways, behind a length. Variant: `bytes`. */
export class BareFloor {
  constructor({ minute, processes }, outputsPerItem) {
    const itemBytes = (minute.values.length / minute.targets.length) * Float64Array.BYTES_PER_ELEMENT;
    const answerBytes = outputsPerItem * Float32Array.BYTES_PER_ELEMENT;
    this.pipes = partition(minute.targets.length, processes).map(
      ({ start, end }) =>
        new BarePipe({ asked: (end - start) * itemBytes, answered: (end - start) * answerBytes }),
    );
  }

  time(_variant, _processes, minutes, mostMs) {
    return timeMinutes(() => Promise.all(this.pipes.map((pipe) => pipe.ask())), minutes, mostMs);
  }

  async stop() {
    for (const pipe of this.pipes) pipe.stop();
  }
}

/** workerpool's processes with this program's predict code. Variants: `per-item`, `batched`. */
export class WorkerpoolPeer {
  constructor({ minute, processes, load }) {
    this.minute = minute;
    const env = {
      ...process.env,
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_NUM_INTRAOP_THREADS: '1',
      TF_NUM_INTEROP_THREADS: '1',
      PEERS_LOAD: JSON.stringify(load),
    };
    this.pool = workerpool.pool(fileURLToPath(new URL('workerpool-child.mjs', import.meta.url)), {
      workerType: 'process',
      minWorkers: processes,
      maxWorkers: processes,
      forkOpts: { env, serialization: 'advanced' },
    });
  }

  async start() {
    await this.#serve('batched', this.pool.maxWorkers);
    return {};
  }

  time(style, processes, minutes, mostMs) {
    return timeMinutes(() => this.#serve(style, processes), minutes, mostMs);
  }

  outputs(style, processes) {
    return this.#serve(style, processes);
  }

  async stop() {
    await this.pool.terminate();
  }

  async #serve(style, processes) {
    const { targets, values, window, width } = this.minute;
    const size = window * width;
    const parts = await Promise.all(
      partition(targets.length, processes).map(({ start, end }) => {
        const chunk = {
          items: end - start,
          window,
          width,
          values: values.subarray(start * size, end * size),
        };
        return this.pool.exec('predict', [style, chunk]);
      }),
    );
    const outputs = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      outputs.set(part, at);
      at += part.length;
    }
    return outputs;
  }
}
