import { createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import yauzl from 'yauzl';

import { AiopsError, messageOf } from '../core/errors.js';
import { WHEEL } from '../host/native/recipe.js';
import { runTool, type Tool, type ToolRun } from '../host/tools.js';
import { countText } from '../report/format.js';
import { fileSha256 } from './checksums.js';

/**
 * Downloads TensorFlow's wheel with pip, of any Python 3.
 *
 * @returns its path
 * @throws AiopsError 'tool_failed'
 */
export async function downloadWheel(pip: Tool, run: ToolRun): Promise<string> {
  const args = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    `--python-version=${WHEEL.python}`,
    `--platform=${WHEEL.platform}`,
    '--implementation=cp',
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar=off',
    `--dest=${run.temporary}`,
    `${WHEEL.package}==${WHEEL.tensorflow}`,
  ];
  const hint = `check the network and pip's settings (index, proxy), or download ${WHEEL.file} elsewhere and pass it with --wheel`;
  await runTool(pip, args, run, hint);
  const names = await readdir(run.temporary);
  if (names.includes(WHEEL.file)) return join(run.temporary, WHEEL.file);
  const found = names.join(', ') || 'nothing';
  throw new AiopsError('tool_failed', `pip downloaded ${found} instead of ${WHEEL.file}`, { hint });
}

/** What identifies a wheel. */
export type WheelSum = Readonly<Record<'sha256', string> & Record<'sizeBytes', number>>;

/**
 * Checks that a file is the expected wheel, byte for byte; a wrong size is found without reading it.
 *
 * @throws AiopsError 'input_missing', 'input_unusable'
 */
export async function checkWheel(
  path: string,
  signal: AbortSignal,
  expected: WheelSum = WHEEL,
): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AiopsError('input_missing', `cannot read the wheel: ${messageOf(cause)}`, {
      hint: 'check the path after --wheel',
      cause,
    });
  });
  const hint = `use ${WHEEL.file} with the sha256 ${expected.sha256}`;
  if (!found.isFile()) throw new AiopsError('input_unusable', `${path} is not a file`, { hint });
  if (found.size !== expected.sizeBytes) {
    const sizes = `${countText(found.size)} bytes instead of ${countText(expected.sizeBytes)}`;
    const why = found.size < expected.sizeBytes ? 'truncated, or another file' : 'another file';
    throw new AiopsError('input_unusable', `${path} is not the wheel: ${sizes} (${why})`, { hint });
  }
  const sha256 = await fileSha256(path, signal);
  if (sha256 === expected.sha256) return;
  throw new AiopsError('input_unusable', `${path} is not the wheel: its sha256 is ${sha256}`, { hint });
}

/**
 * Unpacks the entries that `wanted` maps to a path, and no others. Names in the archive do not decide where files go.
 *
 * @throws AiopsError 'input_unusable' if the archive is damaged or lacks an entry
 */
export async function unpack(
  archive: string,
  wanted: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const missing = new Set(wanted.keys());
  try {
    const zip = await yauzl.openPromise(archive);
    try {
      for await (const entry of zip.eachEntry()) {
        const destination = wanted.get(entry.fileName);
        if (destination === undefined) continue;
        await mkdir(dirname(destination), { recursive: true });
        const bytes = await zip.openReadStreamPromise(entry);
        await pipeline(bytes, createWriteStream(destination, { flags: 'wx' }), { signal });
        missing.delete(entry.fileName);
        if (missing.size === 0) break;
      }
    } finally {
      zip.close();
    }
  } catch (cause) {
    if (signal.aborted || isSystemError(cause)) throw cause;
    throw new AiopsError('input_unusable', `cannot unpack ${archive}: ${messageOf(cause)}`, { cause });
  }
  if (missing.size > 0) {
    throw new AiopsError('input_unusable', `${archive} lacks ${[...missing].join(', ')}`);
  }
}

/** An error of the file system, a full disk for instance, rather than of the archive. */
function isSystemError(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).syscall !== undefined;
}
