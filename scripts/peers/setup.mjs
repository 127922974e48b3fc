#!/usr/bin/env node
/**
 * Installs what `npm run bench:peers` and `npm run bench:backfill` compare with: Ray, TensorFlow and Polars for Python,
 * pinned in requirements.txt, in a virtual environment in the user's cache. Does nothing if they are installed.
 *
 *   node scripts/peers/setup.mjs [--python python3.11]
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { installedNative } from '#build/host/native/location.js';

import { REQUIREMENTS, environmentFolder } from './environment.mjs';

const { values: flags } = parseArgs({ options: { python: { type: 'string' } } });
const SUITABLE = /^3\.1[01]$/;

/** The version of a Python with `venv`, like 3.11; null if either is missing. */
function versionOf(program) {
  const question = 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])';
  const { status, stdout } = spawnSync(program, ['-c', question], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

function findPython() {
  const programs = flags.python === undefined ? ['python3.11', 'python3.10', 'python3'] : [flags.python];
  const found = programs.map((program) => ({ program, version: versionOf(program) }));
  const suitable = found.find(({ version }) => version !== null && SUITABLE.test(version));
  if (suitable !== undefined) return suitable.program;
  const seen = found.map(({ program, version }) => `${program}: ${version ?? 'missing or without venv'}`);
  throw new Error(
    `Ray and TensorFlow 2.15 need Python 3.10 or 3.11 with its venv module (${seen.join('; ')}).\n` +
      'On Debian: apt install python3.11 python3.11-venv. Elsewhere, name one with --python.',
  );
}

function run(program, args) {
  console.log(`${program} ${args.join(' ')}`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} exited with ${status}`);
}

/** The receipt is written last, so an interrupted install does not count. */
function isComplete(receipt) {
  return existsSync(receipt) && readFileSync(receipt).equals(readFileSync(REQUIREMENTS));
}

function install(folder, receipt) {
  const program = findPython();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  run(program, ['-m', 'venv', folder]);
  const python = join(folder, 'bin', 'python');
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  run(python, [
    '-c',
    'import polars, ray, tensorflow; print(*(one.__name__ + " " + one.__version__ for one in (polars, ray, tensorflow)))',
  ]);
  copyFileSync(REQUIREMENTS, receipt);
}

const folder = environmentFolder();
const receipt = join(folder, 'installed-requirements.txt');
if (isComplete(receipt)) console.log(`${folder} is up to date`);
else install(folder, receipt);
if (installedNative() === null) {
  console.log('native TensorFlow is missing; install it with `node bin/aiops-serve.js native install`');
}
