import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { RECEIPT_NAME, readReceipt } from '#build/host/native/receipt.js';
import { temporaryFolder } from '../../support/cli.js';
import { receiptOf, writeReceipt } from '../../support/native-install.js';

test('a receipt reads back as it was written, and leaves no other file', async (t) => {
  const folder = temporaryFolder(t);
  const receipt = receiptOf('tfjs-node-a.1');
  await writeReceipt(folder, receipt);
  assert.deepEqual(readReceipt(folder), receipt);
  assert.deepEqual(readdirSync(folder), [RECEIPT_NAME]);
});

test('a reader sees either the old or the new receipt while it is replaced', async (t) => {
  const folder = temporaryFolder(t);
  await writeReceipt(folder, receiptOf('tfjs-node-a.0'));
  const state = { writing: true };
  const writes = (async () => {
    // Of very different lengths, so that a write in place would show as a cut or a longer one.
    for (let i = 1; i <= 30; i++) {
      await writeReceipt(
        folder,
        receiptOf(`tfjs-node-a.${i}`, { installedBy: 'x'.repeat((i % 2) * 100_000) }),
      );
    }
    state.writing = false;
  })();
  let reads = 0;
  while (state.writing) {
    JSON.parse(readFileSync(join(folder, RECEIPT_NAME), 'utf8'));
    reads++;
    await new Promise(setImmediate);
  }
  await writes;
  assert.ok(reads > 30, `${reads} reads`);
  assert.equal(readReceipt(folder)?.folder, 'tfjs-node-a.30');
});
