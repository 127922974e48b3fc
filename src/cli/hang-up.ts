import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Lets the process exit normally after its terminal has closed. On exit, Node restores the modes of its terminals and
 * aborts (status 134) if one no longer exists; it skips closed descriptors.
 */
export function outliveTerminal(): void {
  const terminals = STANDARD_STREAMS.filter((fd) => isatty(fd));
  if (terminals.length === 0) return;
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closeQuietly(fd);
  });
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Already closed.
  }
}
