import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { AiopsError, messageOf } from '../core/errors.js';
import { fileSha256 } from './file-facts.js';
import { WHEEL } from '../host/native/recipe.js';
import { runTool, type Tool, type ToolRun } from '../host/run-tool.js';

/** The command's arguments that bring the wheel, for any Python 3 on any system. */
function downloadArguments(folder: string): string[] {
  return [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    `--python-version=${WHEEL.python}`,
    `--platform=${WHEEL.platform}`,
    '--implementation=cp',
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar=off',
    `--dest=${folder}`,
    `${WHEEL.package}==${WHEEL.tensorflow}`,
  ];
}

/**
 * Downloads the wheel with pip.
 *
 * @returns its path
 * @throws AiopsError 'tool_failed'
 */
export async function downloadWheel(folder: string, pip: Tool, run: ToolRun): Promise<string> {
  await mkdir(folder, { recursive: true });
  const hint = `check the network and pip's settings (index, proxy), or fetch ${WHEEL.file} elsewhere and give it with --wheel`;
  await runTool(pip, downloadArguments(folder), run, hint);
  const names = await readdir(folder);
  if (names.includes(WHEEL.file)) return join(folder, WHEEL.file);
  throw new AiopsError(
    'tool_failed',
    `pip brought ${names.join(', ') || 'nothing'} in place of ${WHEEL.file}`,
    {
      hint,
    },
  );
}

/**
 * Makes sure that a file is the pinned wheel, byte for byte. A wrong size is told without reading it.
 *
 * @throws AiopsError 'input_missing', 'input_unusable'
 */
export async function checkWheel(path: string, signal: AbortSignal, pin = WHEEL_PIN): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AiopsError('input_missing', `cannot read the wheel: ${messageOf(cause)}`, {
      hint: 'check the path given with --wheel',
      cause,
    });
  });
  const hint = `it has to be ${WHEEL.file} with the sha256 ${pin.sha256}`;
  if (!found.isFile()) throw new AiopsError('input_unusable', `${path} is not a file`, { hint });
  if (found.size !== pin.sizeBytes) {
    const sizes = `${found.size.toLocaleString('en-US')} bytes in place of ${pin.sizeBytes.toLocaleString('en-US')}`;
    const why = found.size < pin.sizeBytes ? 'another file, or cut short' : 'another file';
    throw new AiopsError('input_unusable', `${path} is not the wheel: ${sizes} (${why})`, { hint });
  }
  const sha256 = await fileSha256(path, signal);
  if (sha256 === pin.sha256) return;
  throw new AiopsError('input_unusable', `${path} is not the wheel: its sha256 is ${sha256}`, { hint });
}

const WHEEL_PIN: { readonly sizeBytes: number; readonly sha256: string } = WHEEL;
