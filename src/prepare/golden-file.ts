import { readFile } from 'node:fs/promises';

import * as z from 'zod';

import { AiopsError, messageOf } from '../core/errors.js';
import { seenIntervals, itemWidth, type Manifest } from '../model/manifest.js';

/** An item, and what the model returned for it elsewhere. */
export interface GoldenItem {
  /** `[window, columns]`, raw units */
  readonly values: readonly number[];
  readonly output: readonly number[];
}

type Numbers = number | readonly Numbers[];
const numbers: z.ZodType<Numbers> = z.lazy(() => z.union([z.number(), z.array(numbers)]));
const goldenItem = z.looseObject({ values: numbers, output: numbers });

/**
 * Reads items with the outputs that another program computed: a JSON object per line, or a JSON list of them. Nested
 * lists are flattened. For a forecast, `values` may lack the newest interval, which the model does not see.
 *
 * @throws AiopsError 'input_missing' or 'input_unusable' naming the item
 */
export async function readGolden(path: string, manifest: Manifest): Promise<GoldenItem[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AiopsError('input_missing', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  });
  const width = itemWidth(manifest.input);
  const [whole, seen] = [manifest.input.window * width, seenIntervals(manifest) * width];
  const items = parsed(text, path).map((json, i) => {
    const item = goldenItem.safeParse(json);
    if (!item.success)
      throw unusable(`item ${i + 1} of ${path} has no lists of finite numbers "values" and "output"`);
    const values = flat(item.data.values);
    if (values.length === seen && seen < whole) values.push(...values.slice(-width));
    if (values.length !== whole) {
      const wanted = seen === whole ? `${whole}` : `${whole}, or ${seen} without the newest interval`;
      throw unusable(`item ${i + 1} of ${path} has ${values.length} values, expected ${wanted}`);
    }
    return { values, output: flat(item.data.output) };
  });
  if (items.length === 0) throw unusable(`${path} holds no items`);
  return items;
}

function parsed(text: string, path: string): unknown[] {
  const isList = text.trimStart().startsWith('[');
  const parts = isList ? [text] : text.split('\n').filter((line) => line.trim() !== '');
  const items = parts.map((part, i): unknown => {
    try {
      return JSON.parse(part);
    } catch (cause) {
      if (/\bNaN\b|\bInfinity\b/.test(part))
        throw unusable(
          `${isList ? path : `line ${i + 1} of ${path}`} holds NaN or Infinity, which no model is compared by`,
        );
      throw unusable(`${isList ? path : `line ${i + 1} of ${path}`} is not JSON: ${messageOf(cause)}`);
    }
  });
  return isList ? (items[0] as unknown[]) : items;
}

function flat(value: Numbers): number[] {
  return typeof value === 'number' ? [value] : value.flatMap(flat);
}

function unusable(message: string): AiopsError {
  return new AiopsError('input_unusable', message, {
    hint: 'write one JSON object per line: {"values": [raw values, interval by interval], "output": [what the model returned]}',
  });
}
