import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The repository's folder, seen from the compiled tests. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const recording = (name: string): string => join(ROOT, 'fixtures/recordings', name);

/** Flags for tests that are not about the model: such an actor starts in a third of the processor time. */
export const LIGHT = ['--analyzer', fileURLToPath(new URL('./light-analyzer.js', import.meta.url))] as const;

/** The beginning of a text file. */
export const firstLines = (path: string, count: number): string =>
  `${readFileSync(path, 'utf8').split('\n').slice(0, count).join('\n')}\n`;

/** An empty folder that goes when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file descriptor in place of a pipe. */
  readonly stdout?: number;
  /** The program leads a process group of its own, its actors being in it. */
  readonly ownGroup?: boolean;
}

/** Starts the program itself, as a user would. */
export function startCli(args: readonly string[], options: CliOptions): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'bin/aiops-serve.js'), ...args], {
    cwd: options.cwd,
    detached: options.ownGroup === true,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
  });
}

/** Longer than any program here runs, however busy the machine is: one that is still there then hangs. */
const PATIENCE_MS = 15 * 60_000;

/** Resolves once the program and its pipes are closed; ends one that hangs, and fails with what it said. */
export async function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${child.spawnargs.join(' ')} hung. It said:\n${stdout}\n${stderr}`));
    }, PATIENCE_MS);
    child.on('error', (error) => {
      clearTimeout(patience);
      reject(error);
    });
    child.on('close', (status, signal) => {
      clearTimeout(patience);
      resolve({ status, signal, stdout, stderr });
    });
  });
}

export async function runCli(
  args: readonly string[],
  options: CliOptions & { readonly input?: string },
): Promise<Finished> {
  const child = startCli(args, options);
  child.stdin?.on('error', () => undefined); // a program that refuses its arguments does not read on
  child.stdin?.end(options.input ?? '');
  return finished(child);
}

/** Runs a command line of a shell, in which `aiops-serve` is the program itself. */
export async function runShell(
  line: string,
  options: CliOptions & { readonly uid?: number },
): Promise<Finished> {
  const program = `aiops-serve() { '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' "$@"; }`;
  const { cwd, env, uid } = options;
  return finished(
    spawn('bash', ['-c', `${program}\n${line}`], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    }),
  );
}
