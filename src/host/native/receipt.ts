import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { list, number, object, oneOf, text, type Shape } from '../../core/shape.js';
import { INSTALL_KEY } from './recipe.js';

/** A file of an install, by its path in the install's folder. */
export interface FileFact {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Describes an install, and makes it one: a folder without a receipt is not an install. */
export interface Receipt {
  readonly format: 1;
  /** Name of the install's folder, beside the receipt. */
  readonly folder: string;
  readonly tfjsNode: string;
  readonly tensorflow: string;
  readonly wheelSha256: string;
  /** Files that TensorFlow cannot start without. */
  readonly files: readonly FileFact[];
  /** Of all files. */
  readonly sizeBytes: number;
  /** ISO 8601, UTC */
  readonly installedAt: string;
  /** Name and version of the program that installed it. */
  readonly installedBy: string;
}

export const RECEIPT_NAME = `${INSTALL_KEY}.json`;

const receiptShape: Shape<Receipt> = object({
  format: oneOf(1),
  folder: text,
  tfjsNode: text,
  tensorflow: text,
  wheelSha256: text,
  files: list(object({ path: text, sizeBytes: number, sha256: text })),
  sizeBytes: number,
  installedAt: text,
  installedBy: text,
});

/** The receipt in a cache folder; null: there is none, or none that this version can use. */
export function readReceipt(nativeFolder: string, name = RECEIPT_NAME): Receipt | null {
  try {
    const receipt = receiptShape(JSON.parse(readFileSync(join(nativeFolder, name), 'utf8')));
    return isPlainName(receipt.folder) ? receipt : null;
  } catch {
    return null;
  }
}

/** `native remove` deletes the folder that a receipt names, so it must not lie elsewhere. */
function isPlainName(name: string): boolean {
  return name.startsWith('tfjs-node-') && basename(name) === name;
}

export function receiptText(receipt: Receipt): string {
  return `${JSON.stringify(receipt, null, 2)}\n`;
}
