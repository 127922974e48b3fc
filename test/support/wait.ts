import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** For longer than anything that is waited for here takes, however busy the machine is; after that it hangs. */
const PATIENCE_MS = 120_000;

/** Waits until something holds. `what` completes "waited in vain for …". */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    assert.ok(performance.now() < endMs, `waited in vain for ${what}`);
    await sleep(5);
  }
}

/** Waits until a stream has said, from now on, something that matches; fails with what it did say. */
export function said(stream: Readable | null, pattern: RegExp): Promise<string> {
  assert.ok(stream !== null, 'there is no such stream');
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: Buffer | string): void => {
      text += String(chunk);
      if (pattern.test(text)) settle(() => resolve(text));
    };
    const fail = (): void =>
      settle(() => reject(new Error(`${pattern} was waited for in vain; said was ${JSON.stringify(text)}`)));
    const settle = (how: () => void): void => {
      clearTimeout(patience);
      stream.off('data', take).off('close', fail);
      how();
    };
    const patience = setTimeout(fail, PATIENCE_MS);
    stream.on('data', take).on('close', fail);
  });
}
