import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { INSTALL_KEY } from './recipe.js';

/** A file of an install, by its path in the install's folder. */
export interface FileFact {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What an install is. It exists from the moment its receipt does, and no longer. */
export interface Receipt {
  readonly format: 1;
  /** Name of the install's folder, beside the receipt. */
  readonly folder: string;
  readonly tfjsNode: string;
  readonly tensorflow: string;
  readonly wheelSha256: string;
  /** What TensorFlow cannot start without. */
  readonly files: readonly FileFact[];
  /** All files together. */
  readonly sizeBytes: number;
  /** ISO 8601, UTC */
  readonly installedAt: string;
  /** Program and version that made it. */
  readonly installedBy: string;
}

export const RECEIPT_NAME = `${INSTALL_KEY}.json`;

/** The receipt in a cache folder; null where there is none, or none that is ours to read. */
export function readReceipt(nativeFolder: string, name = RECEIPT_NAME): Receipt | null {
  try {
    return parseReceipt(readFileSync(join(nativeFolder, name), 'utf8'));
  } catch {
    return null;
  }
}

/** @returns null for anything but a whole receipt whose folder lies beside it */
function parseReceipt(text: string): Receipt | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const receipt = value as Readonly<Record<keyof Receipt, unknown>>;
  const texts = ['folder', 'tfjsNode', 'tensorflow', 'wheelSha256', 'installedAt', 'installedBy'] as const;
  const whole =
    receipt.format === 1 &&
    texts.every((key) => typeof receipt[key] === 'string') &&
    typeof receipt.sizeBytes === 'number' &&
    Array.isArray(receipt.files) &&
    receipt.files.every(isFileFact);
  return whole && isPlainName(receipt.folder as string) ? (value as Receipt) : null;
}

function isFileFact(value: unknown): value is FileFact {
  if (typeof value !== 'object' || value === null) return false;
  const fact = value as Readonly<Record<keyof FileFact, unknown>>;
  return (
    typeof fact.path === 'string' && typeof fact.sizeBytes === 'number' && typeof fact.sha256 === 'string'
  );
}

/** What a receipt names is deleted some day: never anything outside. */
function isPlainName(name: string): boolean {
  return name.startsWith('tfjs-node-') && basename(name) === name;
}

/** A receipt as it is written: in one step, by whoever makes it count. */
export function receiptText(receipt: Receipt): string {
  return `${JSON.stringify(receipt, null, 2)}\n`;
}
