import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

import { ROOT } from '../cli.js';

/** What the cluster of `ray_cluster.py` answers to a command. */
interface Answer {
  readonly address?: string;
  readonly nodes?: number;
  readonly workers?: readonly number[];
}

export interface RayCluster {
  readonly address: string;
  /** What it unpacks and writes is below. */
  readonly folder: string;
  /** Its token, for commands that submit jobs. */
  readonly env: Readonly<Record<string, string>>;
  tell(command: string): Promise<Answer>;
}

/** Characters of what a cluster says that an error shows. */
const MOST_LOGGED = 2000;

/** Starts a cluster of nodes with one processor each, which ends with the test. @param python one that has Ray */
export async function startRay(t: TestContext, python: string, nodes: number): Promise<RayCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'ray-')); // short: Ray's socket paths are limited
  const env = { RAY_AUTH_MODE: 'token', RAY_AUTH_TOKEN: randomBytes(32).toString('hex') };
  const script = join(ROOT, 'test/support/ray/ray_cluster.py');
  const child = spawn(python, [script, String(nodes), folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-MOST_LOGGED)));
  t.after(async () => {
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    if (child.exitCode === null) await closed;
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 }); // its last processes still write
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Answer> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`the Ray cluster has ended: ${log}`);
    return JSON.parse(line.value) as Answer;
  };
  const { address = '' } = await answer();
  return {
    address,
    folder,
    env,
    tell: async (command) => {
      child.stdin.write(`${command}\n`);
      return await answer();
    },
  };
}
