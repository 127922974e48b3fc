/** A share of the targets: number `index`, from 1, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

const UTF8 = new TextEncoder();

/**
 * Which of `count` shares a target belongs to, from 1; depends on the target's name only.
 * The UTF-8 bytes of the name are hashed with 32-bit FNV-1a (Fowler, Noll and Vo,
 * http://www.isthe.com/chongo/tech/comp/fnv). Its low bits follow the low bits of the bytes too closely, so
 * the finalizer of MurmurHash3 (Austin Appleby, public domain) mixes them; the share is 1 + the hash modulo `count`.
 */
export function shardOf(target: string, count: number): number {
  return 1 + (mixed(fnv1a(UTF8.encode(target))) % count);
}

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function mixed(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
