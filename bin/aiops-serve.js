#!/usr/bin/env node
import module from 'node:module';

module.enableCompileCache?.(); // from Node 22.1; it fails in silence, and minds NODE_DISABLE_COMPILE_CACHE
try {
  await import('../dist/cli/main.js');
} catch (error) {
  // Node takes a module that it cannot open, for want of file descriptors, for missing.
  if (!['EMFILE', 'ENFILE', 'ERR_MODULE_NOT_FOUND'].includes(error.code)) throw error;
  process.stderr.write(
    `error: the program cannot be loaded: ${error.message}\n` +
      '  raise the limit of open files (ulimit -n 1024); if that does not help, install it again\n',
  );
  process.exitCode = 69;
}
