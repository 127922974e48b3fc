import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';

import type { ActorLog } from '../core/types.js';
import type { ActorExit } from './actor-errors.js';

/** What a child process is started with. */
export interface ActorProcessOptions {
  readonly name: string;
  /** The JavaScript file to run. */
  readonly entry: URL;
  /** For native TensorFlow, which reads the environment when it is loaded. */
  readonly threads: number;
  /** Gets every line that the process prints, to whichever stream. */
  readonly log: ActorLog;
}

/** How many of its last lines on standard error are kept: enough for a stack trace and what comes before it. */
const LAST_LINES = 30;
/** How long output may still come after the exit: a grandchild can hold the pipes open. */
const DRAIN_MS = 500;

/** A child process with a duplex pipe on its descriptor 3, whatever is sent over it. */
export class ActorProcess {
  /** Undefined where the process could not be started. */
  readonly pid: number | undefined;
  readonly pipe: Duplex;
  /** Resolves once the process is gone and its output is read. */
  readonly closed: Promise<ActorExit>;
  /** Null where the process could not be started. */
  readonly #child: ChildProcess | null;
  readonly #lastLines: string[] = [];

  constructor({ name, entry, threads, log }: ActorProcessOptions) {
    const { child, streams, closed } = start(fileURLToPath(entry), threads);
    const [stdout, stderr, pipe] = streams;
    this.#child = child;
    this.pid = child?.pid;
    this.pipe = pipe;
    this.closed = closed;
    readLines(stdout, (line) => log(name, line, 'stdout'));
    readLines(stderr, (line) => {
      this.#lastLines.push(line);
      if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
      log(name, line, 'stderr');
    });
    child?.once('exit', () => {
      const drain = setTimeout(() => {
        for (const stream of streams) stream.destroy();
      }, DRAIN_MS);
      void closed.then(() => clearTimeout(drain));
    });
  }

  /** The last lines that it wrote to standard error. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Ends the process at once; harmless when it is gone. */
  kill(): void {
    this.#child?.kill('SIGKILL'); // actors ignore every signal that asks
  }
}

type Streams = readonly [stdout: Readable, stderr: Readable, pipe: Duplex];

interface Started {
  readonly child: ChildProcess | null;
  readonly streams: Streams;
  readonly closed: Promise<ActorExit>;
}

/**
 * Spawns an actor's program with pipes for its output and frames. It uses no execa, which would set O_NONBLOCK on the
 * parent's standard input by importing `process.stdin`.
 */
function start(entry: string, threads: number): Started {
  try {
    const child = spawn(process.execPath, [entry], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      cwd: currentFolder(),
      env: { ...process.env, ...environment(threads) },
    });
    const closed = new Promise<ActorExit>((resolve) => {
      child.on('error', ({ message }) => {
        if (child.pid === undefined) resolve(notStarted(message));
      });
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, spawnError: null }));
    });
    if (child.pid === undefined) return { child: null, streams: noStreams(), closed };
    killAtExit(child);
    return { child, streams: streamsOf(child), closed };
  } catch (error) {
    const { message } = error as Error;
    return { child: null, streams: noStreams(), closed: Promise.resolve(notStarted(message)) };
  }
}

function notStarted(spawnError: string): ActorExit {
  return { exitCode: null, signal: null, spawnError };
}

function streamsOf({ stdout, stderr, stdio: [, , , pipe] }: ChildProcess): Streams {
  if (stdout === null || stderr === null || !(pipe instanceof Duplex)) {
    throw new TypeError('an actor lacks a pipe');
  }
  return [stdout, stderr, pipe];
}

function noStreams(): Streams {
  return [Readable.from([]), Readable.from([]), new PassThrough()];
}

const running = new Set<ChildProcess>();

/** An actor also ends without this, but not before its watchdog has seen that we are gone. */
function killAtExit(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', killRunning);
  running.add(child);
  child.once('exit', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killRunning);
  });
}

function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Where an actor starts: in our folder, or, where that was deleted or may not be entered, at the root. An actor gets
 * absolute paths, so that its folder does not matter.
 */
function currentFolder(): string {
  try {
    const folder = process.cwd();
    process.chdir(folder); // which a new process would have to do
    return folder;
  } catch {
    return '/';
  }
}

function environment(threads: number): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(threads),
    // Without oneDNN, the bits of a wide Softmax depend on an item's place in its call.
    TF_ENABLE_ONEDNN_OPTS: '1',
    TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2',
  };
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  const lines = new OutputLines(onLine);
  stream.on('data', (bytes: Buffer) => lines.push(bytes));
  stream.once('close', () => lines.end());
  stream.on('error', () => undefined); // followed by close
}

/** A longer line is emitted in pieces, so that output without line ends does not pile up in memory. */
const LONGEST_LINE = 16 * 1024;

/** Cuts the output of a process into lines; `end` emits a last one that has no line end. */
export class OutputLines {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    let start = 0;
    // Only the new text is searched: the rest has no line end.
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = this.#rest + text.slice(start, end);
      this.#rest = '';
      this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      start = end + 1;
    }
    this.#rest += text.slice(start);
    while (this.#rest.length > LONGEST_LINE) {
      this.#onLine(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#onLine(last);
  }
}
