/** Framing of the bare pipe: blocks of bytes behind their length, each collected in fresh memory. */

/** A block of `bytes`; not zeros, which could all be one shared page. */
export function block(bytes) {
  const frame = Buffer.alloc(4 + bytes, 7);
  frame.writeUInt32LE(bytes);
  return frame;
}

/** Calls `onBlock` with each complete block that arrives. */
export function readBlocks(pipe, onBlock) {
  const length = Buffer.alloc(4);
  let into = length;
  let filled = 0;
  pipe.on('data', (bytes) => {
    for (let from = 0; from < bytes.length;) {
      const take = Math.min(bytes.length - from, into.length - filled);
      into.set(bytes.subarray(from, from + take), filled);
      from += take;
      filled += take;
      if (filled < into.length) return;
      filled = 0;
      if (into === length) {
        into = Buffer.allocUnsafeSlow(length.readUInt32LE());
      } else {
        const whole = into;
        into = length;
        onBlock(whole);
      }
    }
  });
}
