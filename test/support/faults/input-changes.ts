import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

import type { RandomStream } from '#build/core/random.js';

/** A file that a run reads, and what others would make of it. */
export interface ChangingFile {
  readonly path: string;
  readonly initial: Buffer;
  /** Later minutes, as they are appended. */
  readonly more: Buffer;
  /** Another recording of the same minutes, and longer. */
  readonly other: Buffer;
}

/** Something that happens to an input while a run reads it. */
export interface InputChange {
  readonly name: string;
  /**
   * For a run that had the file open: it may or may not see what was added; it may see bytes changed that it had not
   * read; it must see that the file is no longer whole; it has all of the file that it had opened.
   */
  readonly kind: 'grown' | 'overwritten' | 'broken' | 'moved';
  /** Does it, calling `step` with each content that the file at the path has from then on; null: there is none. */
  readonly apply: (file: ChangingFile, random: RandomStream, step: (content: Buffer | null) => void) => void;
}

export const INPUT_CHANGES: readonly InputChange[] = [
  {
    name: 'truncated to nothing',
    kind: 'broken',
    apply: ({ path }, _, step) => {
      truncateSync(path, 0);
      step(Buffer.alloc(0));
    },
  },
  {
    name: 'truncated somewhere',
    kind: 'broken',
    apply: ({ path, initial }, random, step) => {
      const bytes = random.nextInteger(1, initial.length - 1);
      truncateSync(path, bytes);
      step(initial.subarray(0, bytes));
    },
  },
  {
    name: 'truncated and written on (copytruncate)',
    kind: 'broken',
    apply: ({ path, other }, random, step) => {
      truncateSync(path, 0);
      step(Buffer.alloc(0));
      const cut = random.nextInteger(1, other.length);
      appendFileSync(path, other.subarray(0, cut));
      step(other.subarray(0, cut));
    },
  },
  {
    name: 'another file copied over it',
    kind: 'broken',
    apply: ({ path, other }, _, step) => {
      writeFileSync(path, other);
      step(other);
    },
  },
  {
    name: 'appended to',
    kind: 'grown',
    apply: ({ path, initial, more }, _, step) => {
      appendFileSync(path, more);
      step(Buffer.concat([initial, more]));
    },
  },
  {
    name: 'appended to in two parts',
    kind: 'grown',
    apply: ({ path, initial, more }, random, step) => {
      // Of a text the first line is cut in its note, so that what is there of it is no record.
      const cut = random.nextInteger(40, 400);
      appendFileSync(path, more.subarray(0, cut));
      step(Buffer.concat([initial, more.subarray(0, cut)]));
      if (random.nextInteger(0, 1) === 0) return;
      appendFileSync(path, more.subarray(cut));
      step(Buffer.concat([initial, more]));
    },
  },
  {
    name: 'a byte changed',
    kind: 'overwritten',
    apply: ({ path, initial }, random, step) => {
      const changed = Buffer.from(initial);
      // The last digit of a value, where it is text.
      const newline = changed.indexOf('\n', random.nextInteger(100, initial.length - 2));
      const at =
        path.endsWith('.gz') || newline < 0 ? random.nextInteger(20, initial.length - 20) : newline - 1;
      changed[at] = changed[at] === 0x37 ? 0x38 : 0x37;
      const fd = openSync(path, 'r+');
      writeSync(fd, changed, at, 1, at);
      closeSync(fd);
      step(changed);
    },
  },
  {
    name: 'replaced by another file',
    kind: 'moved',
    apply: ({ path, other }, _, step) => {
      writeFileSync(`${path}.new`, other);
      renameSync(`${path}.new`, path);
      step(other);
    },
  },
  {
    name: 'replaced by a copy',
    kind: 'moved',
    apply: ({ path }, _, step) => {
      const content = readFileSync(path);
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
      step(content);
    },
  },
  {
    name: 'deleted',
    kind: 'moved',
    apply: ({ path }, _, step) => {
      rmSync(path);
      step(null);
    },
  },
  {
    name: 'its folder renamed',
    kind: 'moved',
    apply: ({ path }, _, step) => {
      renameSync(dirname(path), `${dirname(path)}.moved`);
      step(null);
    },
  },
];
