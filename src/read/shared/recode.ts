import { basename } from 'node:path';

import { shellPath, shellWord } from '../../core/shell-word.js';
import { STDIN_NAME } from './stdin-name.js';

/** The command that makes UTF-8 of a file, or of standard input. @param file absent: not known */
export function recode(encoding: string, file?: string): string {
  const command = `iconv -f ${encoding} -t UTF-8`;
  if (file === undefined || file === STDIN_NAME) return command;
  const output = shellWord(`utf8-${basename(file).replace(/\.gz$/i, '')}`);
  return /\.gz$/i.test(file)
    ? `gzip -dc ${shellPath(file)} | ${command} > ${output}`
    : `${command} ${shellPath(file)} > ${output}`;
}
