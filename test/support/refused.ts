import assert from 'node:assert/strict';

import { AiopsError, type ErrorCode } from '#dist/core/errors.js';

/** Holds that something fails with an error of ours whose message and hint say all that is `wanted`. */
export async function refused(
  work: Promise<unknown>,
  code: ErrorCode,
  ...wanted: readonly RegExp[]
): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof AiopsError, String(error));
    assert.equal(error.code, code, error.message);
    for (const one of wanted) assert.match(`${error.message}\n${error.hint ?? ''}`, one);
    return true;
  });
}
