import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Lets the process end as it wants to when its terminal has closed meanwhile. On its way out Node restores the modes
 * of the terminals that it was started on, and aborts (status 134) where one of them is gone; a descriptor that is
 * closed it passes over.
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
    // closed already, which is as good
  }
}
