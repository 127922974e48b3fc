import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '#build/core/errors.js';
import { RandomStream } from '#build/core/random.js';
import { checkSavedModel, openBundle, readFormat, type Bundle } from '#build/model/bundle.js';
import { temporaryFolder } from './cli.js';
import { BUNDLES, bundleFolder } from './examples.js';

const MANIFEST = 'aiops-model.json';

/** What an actor does before it hands a bundle to TensorFlow, for every format; `opened` while it was whole. */
async function checkAllFormats(opened: Bundle): Promise<void> {
  await readFormat(opened, 'graph-model');
  await readFormat(opened, 'layers-model');
  await checkSavedModel(opened);
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AiopsError && error.code === 'model', String(error));
    return error.message;
  }
  return 'not refused';
}

/** A change that JSON does not see, such as a line end, is none. */
function isSameJson(before: Buffer, after: Buffer): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(before.toString()), JSON.parse(after.toString()));
  } catch {
    return false;
  }
}

type Random = (below: number) => number;

/** Bits flipped, the end cut off, two stretches swapped. */
const DAMAGES: Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>> = {
  flip: (bytes, random) => {
    const damaged = Buffer.from(bytes);
    const at = random(bytes.length);
    damaged[at] = damaged[at]! ^ (1 << random(8));
    return damaged;
  },
  truncation: (bytes, random) => bytes.subarray(0, random(bytes.length)),
  swap: (bytes, random) => {
    const length = 1 + random(Math.min(64, bytes.length >> 1));
    const first = random(bytes.length - 2 * length + 1);
    const second = first + length + random(bytes.length - first - 2 * length + 1);
    const damaged = Buffer.from(bytes);
    bytes.copy(damaged, first, second, second + length);
    bytes.copy(damaged, second, first, first + length);
    return damaged;
  },
};

function copyOf(t: TestContext, name: string): { folder: string; files: string[] } {
  const folder = join(temporaryFolder(t), name);
  cpSync(bundleFolder(name), folder, { recursive: true });
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) =>
    statSync(join(folder, file)).isFile(),
  );
  return { folder, files: files.sort() };
}

/** Each example bundle with `rounds` random changes, and with any two of its files swapped. */
export function suiteOfDamages(rounds: number): void {
  suite('damaged bundles are refused, by the program and by every actor', () => {
    for (const [seed, name] of BUNDLES.entries()) {
      test(`${name}: ${rounds} random flips, truncations and swaps`, async (t) => {
        const { folder, files } = copyOf(t, name);
        const opened = await openBundle(folder);
        await checkAllFormats(opened);
        const stream = new RandomStream(seed);
        const random: Random = (below) => Math.floor(stream.next() * below);
        const damaged = new Map<string, number>();
        for (let round = 0; round < rounds;) {
          const file = files[random(files.length)]!;
          const [kind, damage] = Object.entries(DAMAGES)[random(3)]!;
          const path = join(folder, file);
          const bytes = readFileSync(path);
          const after = damage(bytes, random);
          if (after.equals(bytes) || (file === MANIFEST && isSameJson(bytes, after))) continue;
          round++;
          damaged.set(file, (damaged.get(file) ?? 0) + 1);
          writeFileSync(path, after);
          const told = await refusalOf(openBundle(folder));
          assert.ok(told.includes(file), `${kind} of ${file}: ${told}`);
          if (file !== MANIFEST) {
            const toldByActor = await refusalOf(checkAllFormats(opened));
            assert.ok(toldByActor.includes(file), `${kind} of ${file}, in an actor: ${toldByActor}`);
          }
          writeFileSync(path, bytes);
        }
        await openBundle(folder);
        assert.deepEqual([...damaged.keys()].sort(), files);
      });

      test(`${name}: any two files in each other’s place`, async (t) => {
        const { folder, files } = copyOf(t, name);
        const opened = await openBundle(folder);
        const data = files.filter((file) => file !== MANIFEST);
        for (const a of data) {
          for (const b of data.filter((file) => file > a)) {
            const [bytesA, bytesB] = [readFileSync(join(folder, a)), readFileSync(join(folder, b))];
            if (bytesA.equals(bytesB)) continue;
            writeFileSync(join(folder, a), bytesB);
            writeFileSync(join(folder, b), bytesA);
            assert.match(await refusalOf(openBundle(folder)), /is not/, `${a} and ${b}`);
            assert.match(await refusalOf(checkAllFormats(opened)), /is not/, `${a} and ${b}`);
            writeFileSync(join(folder, a), bytesA);
            writeFileSync(join(folder, b), bytesB);
          }
        }
      });
    }
  });
}
