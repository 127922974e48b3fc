import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { RECEIPT_NAME, receiptText, type Receipt } from '#build/host/native/receipt.js';
import { writeWhole } from '#build/output/durable-files.js';

/** A receipt of a fictitious install. */
export function receiptOf(folder: string, changes: Partial<Receipt> = {}): Receipt {
  return {
    format: 1,
    folder,
    tfjsNode: '4.22.0',
    tensorflow: '2.15.1',
    wheelSha256: 'a'.repeat(64),
    files: [{ path: 'one', sizeBytes: 1, sha256: 'b'.repeat(64) }],
    sizeBytes: 12,
    installedAt: '2026-11-24T00:00:00.000Z',
    installedBy: 'aiops-serve 0.1.0',
    ...changes,
  };
}

/** A folder of programs, each a shell script, to be a PATH that has nothing else but node and a shell's needs. */
export function programs(folder: string, scripts: Readonly<Record<string, string>>): string {
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

/** Puts a receipt into a cache folder as an install does. */
export function writeReceipt(cache: string, receipt: Receipt): Promise<void> {
  return writeWhole(join(cache, RECEIPT_NAME), receiptText(receipt));
}
