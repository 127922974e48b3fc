import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';

import type { RandomStream } from '#build/core/random.js';

type Damage = (path: string, random: RandomStream) => void;

/** What may happen to a file that is not empty. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  'byte flipped': (path, random) => {
    const bytes = readFileSync(path);
    const at = random.nextInteger(0, bytes.length - 1);
    bytes[at] = bytes[at]! ^ (1 << random.nextInteger(0, 7));
    writeFileSync(path, bytes);
  },
  'cut short': (path, random) => truncateSync(path, random.nextInteger(0, readFileSync(path).length - 1)),
  missing: (path) => rmSync(path),
  'written twice': (path) => appendFileSync(path, readFileSync(path)),
};
