#!/usr/bin/env node
try {
  await import('../dist/cli/main.js');
} catch (error) {
  // Node opens a hundred files and more at once to load a program, and takes one that it cannot open for missing.
  if (!['EMFILE', 'ENFILE', 'ERR_MODULE_NOT_FOUND'].includes(error.code)) throw error;
  process.stderr.write(
    `error: the program cannot be loaded: ${error.message}\n` +
      '  raise the limit of open files (ulimit -n 1024); if that does not help, install it again\n',
  );
  process.exitCode = 69;
}
