/**
 * An analyzer whose model runs in Python: each actor starts one process of python.py, for PyOD, scikit-learn, Prophet,
 * statsmodels. A process that crashes fails its call, and the next call starts another one.
 *
 *   aiops-serve replay data.csv --analyzer python.mjs --param model=forest.joblib --param columns=cpu,mem \
 *     --param python=venv/bin/python
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** @type {import('aiops-serve').CreateAnalyzer} */
export async function createAnalyzer({ params, file, measure }) {
  const { model, columns = '', window = '1', python = 'python3', script = 'python.py' } = params;
  if (model === undefined) throw new Error('expected --param model=FILE.joblib');
  const files = [await file(script), await file(resolve(model))];
  const start = () => PythonProcess.start(python, files);
  /** @type {PythonProcess | null} */
  let running = await start();
  return {
    name: 'python',
    version: '1.0.0',
    window: Number(window),
    columns: columns === '' ? 'each' : columns.split(','),
    predict: (items) =>
      measure('predict', async () => {
        const worker = (running ??= await start());
        try {
          const scores = await worker.ask(items.map(({ values }) => [...values]));
          return scores.map((score) => ({ score, anomaly: score > 0, output: [] }));
        } catch (error) {
          running = null;
          worker.kill();
          throw error;
        }
      }),
    dispose: () => running?.end(),
  };
}

/** A process that answers each line of JSON with one. It ends when its standard input does. */
class PythonProcess {
  #child;
  #lines;
  #closed;

  /**
   * @param {string} python
   * @param {string[]} args
   */
  constructor(python, args) {
    const env = { ...process.env, OMP_NUM_THREADS: '1' }; // actors are what runs in parallel
    this.#child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#child.stdin.on('error', () => {}); // a process that has ended also ends #lines
    this.#closed = once(this.#child, 'close');
    this.#closed.catch(() => {}); // it could not be started, which #next reports
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * @param {string} python
   * @param {string[]} args
   */
  static async start(python, args) {
    const started = new PythonProcess(python, args);
    await started.#next();
    return started;
  }

  /**
   * @param {number[][]} windows
   * @returns {Promise<number[]>}
   */
  async ask(windows) {
    this.#child.stdin.write(`${JSON.stringify(windows)}\n`);
    return JSON.parse(await this.#next());
  }

  async end() {
    this.#child.stdin.end();
    await this.#closed;
  }

  kill() {
    this.#child.kill('SIGKILL');
  }

  async #next() {
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    const [status, signal] = await this.#closed;
    throw new Error(`the Python process ended with ${signal ?? `status ${status}`}; its messages are above`);
  }
}
