/**
 * An actor that fails for targets of certain names, each in its own way; real in all else. Parameters:
 * `bad`: only with this value in the window;
 * `once`, a folder: only the first actor that meets such a target fails; `load`: a fault to have while loading;
 * `most`: a call with more items ends the process;
 * `late`: how long one that is late takes, ms; `grow`: it tells of 1 MiB more after each chunk; `disagree`: its facts
 * are its own.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

import { runLoop, type Received } from '#build/actor/loop.js';
import { Mailbox } from '#build/actor/mailbox.js';
import { ROW_STATUS, type Answers } from '#build/core/block.js';
import type { AnalyzerAnswer, AnalyzerItem } from '#build/model/analyzer.js';
import { ActorMessageEncoder } from '#build/protocol/actor-frames.js';
import { FrameReader } from '#build/protocol/frame-reader.js';
import { machineNow } from '#build/protocol/machine-clock.js';
import type { ActorMessage, Answer } from '#build/protocol/messages.js';
import { ParentMessageDecoder } from '#build/protocol/parent-frames.js';
import { writeFrame } from '#build/protocol/frame-encoder.js';

import type { Fault } from './fault-names.js';
import { answerOf, fakeAnalyzer, fakeRuntime, type Tricks } from './fake-runtime.js';

const FAULTS: Readonly<Record<Fault, () => void>> = {
  killed: () => signalSelf('SIGKILL'),
  segfaults: () => signalSelf('SIGSEGV'),
  aborts: () => process.abort(),
  stopped: () => signalSelf('SIGSTOP'),
  loops: wait,
  'out of memory': fillHeap,
  'exits 0': () => process.exit(0),
  'exits 7': () => process.exit(7),
  'closes its pipe': () => {
    closeSync(3);
    return wait();
  },
  garbage: () => void writeSync(3, 'I am not a frame at all'),
  late: () => block(lateMs),
  prints: () => void process.stdout.write(`${'to standard output '.repeat(2000)}\nwithout an end`),
  'too few': () => void (sending = tooFew),
  'too many': () => void (sending = tooMany),
  twice: () => void (sending = twice),
  'another id': () => void (sending = anotherId),
  'dies after': () => void (sending = dyingAfter),
  'dies in its answer': () => void (sending = dyingIn),
};

let sending: ((answer: Answer) => void) | null = null;
let onceFolder: string | undefined;
let growing = false;
let lateMs = 0;
let mostItems = Infinity;
let badValue: number | undefined;
let chunks = 0;

function signalSelf(signal: NodeJS.Signals): never {
  process.kill(process.pid, signal);
  return wait();
}

/** Blocks the main thread as a computation does, without its processor time. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** For longer than any test has patience; not for ever, should nobody be left to end this process. */
function wait(): never {
  block(60_000);
  throw new Error('nobody ended this actor');
}

function fillHeap(): never {
  setFlagsFromString('--max-old-space-size=48');
  const held: number[][] = [];
  for (;;) held.push(new Array<number>(100_000).fill(held.length));
}

const socket = new Socket({ fd: 3 });
const encoder = new ActorMessageEncoder();

function write(message: ActorMessage): void {
  writeFrame(socket, encoder.encode(message));
}

function tooFew(answer: Answer): void {
  write({ ...answer, items: 0, answers: withRows(answer.answers, -1) });
}

function tooMany(answer: Answer): void {
  write({ ...answer, answers: withRows(answer.answers, 1) });
}

/** Answers with so many rows more in the last minute, and nothing else about them. */
function withRows({ rowOffsets, lines, outputs }: Answers, more: number): Answers {
  const offsets = rowOffsets.map((offset, i) => (i === rowOffsets.length - 1 ? offset + more : offset));
  const rows = offsets[offsets.length - 1]!;
  return {
    rowOffsets: offsets,
    statuses: new Uint8Array(rows).fill(ROW_STATUS.warmup),
    scores: new Float32Array(rows).fill(NaN),
    anomalies: new Uint8Array(rows),
    lines,
    outputs: outputs && { values: new Float32Array(0), offsets: new Uint32Array(rows + 1) },
  };
}

function twice(answer: Answer): void {
  write(answer);
  write(answer);
}

function anotherId(answer: Answer): void {
  write({ ...answer, id: answer.id + 1 });
}

function dyingAfter(answer: Answer): void {
  for (const buffer of encoder.encode(answer)) writeSync(3, buffer);
  signalSelf('SIGKILL');
}

function dyingIn(answer: Answer): void {
  const [first] = encoder.encode(answer);
  writeSync(3, (first ?? Buffer.alloc(0)).subarray(0, 20));
  signalSelf('SIGKILL');
}

function fail(name: string): void {
  if (!Object.hasOwn(FAULTS, name) || !isItsTurn(name)) return;
  FAULTS[name as Fault]();
}

/** Whichever process can make the file is the first. */
function isItsTurn(name: string): boolean {
  if (onceFolder === undefined) return true;
  try {
    closeSync(openSync(join(onceFolder, name), 'wx'));
    return true;
  } catch {
    return false;
  }
}

function failing(item: AnalyzerItem): AnalyzerAnswer {
  if (badValue === undefined || item.values.includes(badValue)) fail(item.target);
  return answerOf(item);
}

function throwing(item: AnalyzerItem): AnalyzerAnswer {
  throw new Error(`${item.target} is beyond me`);
}

const tricks: Tricks = {
  ...Object.fromEntries(Object.keys(FAULTS).map((name) => [name, failing])),
  throws: throwing,
  pid: () => ({ score: process.pid, anomaly: null, output: [] }),
};

const mailbox = new Mailbox<Received>();
const reader = new FrameReader();
const decoder = new ParentMessageDecoder();
socket.on('error', () => undefined);
socket.once('close', () => process.exit());
socket.on('data', (bytes) => {
  reader.push(bytes, (frame) => {
    mailbox.put({ message: decoder.decode(frame), arrivedAtMs: machineNow(), decodeMs: 0 });
  });
});

const analyzer = fakeAnalyzer(tricks);
const load = fakeRuntime({
  ...analyzer,
  predict: (items, context) => {
    if (items.length > mostItems) process.exit(1);
    return analyzer.predict(items, context);
  },
});
await runLoop(
  {
    received: mailbox,
    send: (message) => {
      if (message.type === 'answer') chunks++;
      if (message.type !== 'answer' || sending === null) return write(message);
      const send = sending;
      sending = null;
      send(message);
    },
  },
  (request, measure) => {
    onceFolder = request.params['once'];
    growing = request.params['grow'] !== undefined;
    badValue = request.params['bad'] === undefined ? undefined : Number(request.params['bad']);
    mostItems = Number(request.params['most'] ?? Infinity);
    lateMs = Number(request.params['late'] ?? 0);
    const atLoading = request.params['load'];
    if (atLoading !== undefined) fail(atLoading);
    const version = request.params['disagree'] === undefined ? {} : { version: String(process.pid) };
    return load({ ...request, params: { ...request.params, ...version } }, measure);
  },
  machineNow,
  () => ({ rssBytes: growing ? chunks * 2 ** 20 : 0, cpuMs: 0 }),
);
socket.end();
