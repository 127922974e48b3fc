import assert from 'node:assert/strict';

import { AiopsError, type ErrorCode } from '#build/core/errors.js';

type Check = (error: unknown) => true;

/** For `assert.throws` and `assert.rejects`: an error of ours with this code, and all of this in its message and hint. */
export function refusal(
  code: ErrorCode,
  message: RegExp | readonly RegExp[] = [],
  hint: RegExp | readonly RegExp[] = [],
): Check {
  return (error) => {
    assert.ok(error instanceof AiopsError, String(error));
    assert.equal(error.code, code, error.message);
    for (const one of [message].flat()) assert.match(error.message, one);
    for (const one of [hint].flat()) assert.match(error.hint ?? '', one);
    return true;
  };
}

/** For `assert.throws` and `assert.rejects`: an error of a class, with this message. */
export function errorOf(type: new (...args: never[]) => Error, message: RegExp): Check {
  return (error) => {
    assert.ok(error instanceof type, String(error));
    assert.match(error.message, message);
    return true;
  };
}

/** Asserts that work fails with an error of ours that says all of `data`, in its message or its hint. */
export async function assertRefuses(
  work: Promise<unknown>,
  code: ErrorCode,
  ...data: readonly RegExp[]
): Promise<void> {
  await assert.rejects(work, (error: AiopsError) => {
    refusal(code)(error);
    for (const one of data) assert.match(`${error.message}\n${error.hint ?? ''}`, one);
    return true;
  });
}
