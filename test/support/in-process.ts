import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

import { ROOT, type Finished } from './cli.js';

export interface CallOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

const MAIN = pathToFileURL(join(ROOT, 'build/cli/main.js')).href;

let calls = 0;
let isBusy = false;

/**
 * Runs the program in the process of the test, at half the processor time of `runCli`: for claims about what a command
 * reads, writes and says. What concerns its process (signals, pipes, exits, limits) needs a process.
 */
export async function callCli(args: readonly string[], options: CallOptions): Promise<Finished> {
  assert.ok(!isBusy, 'the process has one folder and one standard output: one call at a time');
  isBusy = true;
  const [stdout, stderr] = [new Text(), new Text()];
  const restore = surround(args, options, { stdout, stderr });
  try {
    await import(`${MAIN}?call=${++calls}`); // main.js runs whenever it is imported, its modules are loaded once
    return { status: Number(process.exitCode), signal: null, stdout: stdout.text, stderr: stderr.text };
  } finally {
    restore();
    isBusy = false;
  }
}

class Text extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Makes the process look to the program like one of its own; returns what undoes that. */
function surround(
  args: readonly string[],
  { cwd, env = {}, input = '' }: CallOptions,
  streams: { readonly stdout: Text; readonly stderr: Text },
): () => void {
  const before = { argv: process.argv, cwd: process.cwd(), exitCode: process.exitCode, env: process.env };
  const replaced = { ...streams, stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]) };
  const names = Object.keys(replaced) as (keyof typeof replaced)[];
  const own = names.map((name) => Object.getOwnPropertyDescriptor(process, name) ?? {});
  for (const name of names)
    Object.defineProperty(process, name, { configurable: true, value: replaced[name] });
  process.argv = [process.execPath, join(ROOT, 'bin/aiops-serve.js'), ...args];
  process.env = { ...before.env, ...env };
  process.exitCode = 0;
  process.chdir(cwd);
  return () => {
    for (const [i, name] of names.entries()) Object.defineProperty(process, name, own[i]!);
    process.argv = before.argv;
    process.env = before.env;
    process.exitCode = before.exitCode;
    process.chdir(before.cwd);
  };
}
