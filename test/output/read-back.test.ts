import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeFiles, type Files } from '#build/output/files.js';
import { readLineGroups, readLines, type FileLine, type ReadLinesOptions } from '#build/output/read-back.js';
import { assertLinear } from '../support/growth.js';

/** A file that is read in blocks of this size, each into the same memory. */
function filesOf(bytes: Buffer, blockBytes: number): Files {
  return {
    ...nodeFiles,
    async *read() {
      const memory = Buffer.alloc(blockBytes);
      for (let at = 0; at < bytes.length; at += blockBytes) {
        const length = bytes.copy(memory, 0, at, at + blockBytes);
        yield memory.subarray(0, length);
      }
    },
  };
}

async function linesOf(files: Files, options: ReadLinesOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(files, 'file', options)) lines.push(line);
  return lines;
}

test('lines come whole, however the file is divided into blocks', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\n'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), line, fc.integer({ min: 1, max: 9 }), async (lines, rest, size) => {
      const text = lines.map((each) => `${each}\n`).join('');
      assert.deepEqual(await linesOf(filesOf(Buffer.from(text + rest), size)), lines);
      const lengthBytes = Buffer.byteLength(text);
      assert.deepEqual(await linesOf(filesOf(Buffer.from(`${text}${rest}\n`), size), { lengthBytes }), lines);
    }),
  );
});

test('lines without a text are skipped, and the others keep their numbers', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
      const files = filesOf(Buffer.from(lines.map((each) => `${each}\n`).join('')), size);
      const found: FileLine[] = [];
      for await (const group of readLineGroups(files, 'file', { containing: 'ab' })) found.push(...group);
      const numbered = lines.map((text, i) => ({ number: i + 1, text }));
      assert.deepEqual(
        found,
        numbered.filter(({ text }) => text.includes('ab')),
      );
    }),
  );
});

test('a line that is too long ends the reading, with or without its end', async () => {
  for (const end of ['', '\nnext\n']) {
    const files = filesOf(Buffer.from(`one\ntwo\n${'x'.repeat(20)}${end}`), 4);
    assert.deepEqual(await linesOf(files, { maxLineBytes: 19 }), ['one', 'two']);
  }
});

test('one long line is read in time proportional to its length', async () => {
  await assertLinear(
    'a line without an end, in blocks of 64 bytes',
    (size) => filesOf(Buffer.alloc(size, 'x'), 64),
    (files) => linesOf(files),
  );
});
