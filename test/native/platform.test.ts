import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { platformFacts, whyUnsupported } from '#build/native/platform.js';

const HERE = { platform: 'linux', arch: 'x64', glibc: '2.36', avx: true };

test('Linux x64 with the GNU C library and AVX is supported', () => {
  assert.equal(whyUnsupported(HERE), null);
});

for (const [changes, message, hint] of [
  [
    { platform: 'darwin', arch: 'arm64' },
    /Linux x64 only.*darwin arm64/,
    /npm install @tensorflow\/tfjs-node.*wasm/,
  ],
  [{ platform: 'win32' }, /win32 x64/, /wasm/],
  [{ arch: 'arm64' }, /linux arm64/, /wasm/],
  [{ glibc: null }, /GNU C library.*Alpine/, /wasm.*Debian/],
  [{ avx: false }, /AVX/, /wasm/],
] as const) {
  test(`an unsupported platform gets an alternative: ${JSON.stringify(changes)}`, () => {
    const why = whyUnsupported({ ...HERE, ...changes });
    assert.match(why?.message ?? '', message);
    assert.match(why?.hint ?? '', hint);
  });
}

const gnu = spawnSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' });
const noGnu = gnu.status === 0 ? false : 'no GNU C library here';

test('the C library’s version is the one the system reports', { skip: noGnu }, () => {
  assert.equal(`glibc ${platformFacts().glibc}`, gnu.stdout.trim());
});
