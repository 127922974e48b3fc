import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ReadOptions } from '#build/read/recording.js';
import { oldestFirst } from '#build/read/sample/series/oldest-first.js';
import { folderWith, readInputs } from './reading.js';

export const minute = (count: number): string =>
  new Date(Date.UTC(2018, 3, 30) + count * 60_000).toISOString();
export const rows = (from: number, to: number, columns = 'cpu'): string =>
  `time,${columns}\n${Array.from({ length: to - from }, (_, i) => `${minute(from + i)},${from + i}\n`).join('')}`;

/** What files hold. */
interface ReadFiles {
  readonly targets: readonly string[];
  readonly columns: readonly string[];
  /** The first of each record. */
  readonly values: readonly number[];
  readonly merged: number;
  readonly notices: readonly string[];
}

/** Reads files of a new folder; notices name them without it. */
export async function readFiles(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
  options: Partial<ReadOptions> = {},
): Promise<ReadFiles> {
  const folder = await folderWith(t, {});
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const paths = Object.keys(files).map((name) => join(folder, name));
  const { records, recording, merged } = await readInputs(oldestFirst(paths), options);
  return {
    targets: [...new Set(records.map(({ target }) => target))],
    columns: recording.columns,
    merged,
    values: records.map(({ values }) => values[0]!),
    notices: recording.notices.map(({ text }) => text.replaceAll(`${folder}/`, '')),
  };
}

/** The name that a warning says to give. */
export const flagIn = (notices: readonly string[]): string | undefined =>
  notices.map((text) => /give --series (\S+)$/.exec(text)?.[1]).find((name) => name !== undefined);
