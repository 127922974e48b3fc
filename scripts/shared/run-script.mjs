/** Runs scripts of this repository, and the program, in temporary folders. */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Starts `script`, relative to the repository, in the folder `cwd`; its standard output goes to the file `stdout` there. */
export function startScript(cwd, script, args) {
  const stdout = openSync(join(cwd, 'stdout'), 'w');
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd,
    stdio: ['ignore', stdout, 'inherit'],
  });
  closeSync(stdout);
  return child;
}

/** Waits for a child; rejects if it fails. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${child.spawnargs.slice(1).join(' ')} exited with ${status}`));
    });
  });
}

export function runScript(cwd, script, args) {
  return ended(startScript(cwd, script, args));
}

/** Generates a recording; `flags` are those of generate-recording.mjs. */
export function generateRecording(cwd, flags) {
  return runScript(cwd, 'scripts/generate-recording.mjs', flags);
}

/** Calls `work` with a new folder under `parent`, which is removed afterwards. */
export async function inTemporaryFolder(work, parent = tmpdir()) {
  const folder = mkdtempSync(join(parent, 'aiops-serve-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
