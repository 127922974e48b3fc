/** A bare framed pipe, both ends: blocks of bytes behind their length, each gathered in memory of its own. */

/** A block of `bytes` that are not all the same page of zeros. */
export function block(bytes) {
  const frame = Buffer.alloc(4 + bytes, 7);
  frame.writeUInt32LE(bytes);
  return frame;
}

/** Calls `onBlock` with each whole block that comes through the pipe. */
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
