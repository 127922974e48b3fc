import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { RandomStream } from '#build/core/random.js';

import { CrashStates, type Unsynced } from './crash-states.js';
import { MemoryFiles, type DiskState, type LoggedOperation } from './memory-files.js';
import { assertAsUnbroken, assertEnds, assertSure, FIRST, sameAgain } from './scripted-checks.js';
import { runScript, type ScriptedCommand, type SureProgress } from './scripted-run.js';

export interface PowerLossOptions {
  /** Commands that follow one another on one disk, as over some nights. */
  readonly commands: readonly ScriptedCommand[];
  /** Distinct states to recover from, at least. */
  readonly states: number;
  readonly seed: number;
  /** `PLACE:NUMBER` of the one state to recover from. */
  readonly only?: string | undefined;
  /** One state in so many loses power again while it is recovered. */
  readonly secondLossEvery: number;
}

export interface PowerLossCounts {
  /** Prefixes of the log. */
  readonly places: number;
  readonly recoveries: number;
  /** States that differ from all others in what is on the disk. */
  readonly distinct: number;
  readonly secondLosses: number;
}

/** What was so when the log was so long. */
interface Mark extends SureProgress {
  readonly logged: number;
  readonly command: ScriptedCommand;
}

const NOTHING_SURE: SureProgress = { begun: false, minutes: 0, complete: false };

/** Ways to lose power that are tried at every place, at most; there may be fewer states than were asked for. */
const MOST_ROUNDS = 2000;

/**
 * Runs commands on a disk that logs its operations, then loses power after every one of them, in many ways each. From
 * every such state, the command that was running must end with the same files as without the failure.
 */
export async function losePower(options: PowerLossOptions): Promise<PowerLossCounts> {
  const { commands, seed, only } = options;
  const { files, marks } = await record(new MemoryFiles(), commands);
  const places = files.log.length + 1;
  const seen = new Set<string>();
  const distinct = new Set<string>();
  let secondLosses = 0;
  for (let number = 0; number < MOST_ROUNDS && distinct.size < options.states; number++) {
    const crashes = new Crashes(new MemoryFiles(), files.log);
    for (let place = 0; place < places; place++) {
      const state = crashes.stateAt(place, unsynced(number, seed, place));
      const name = `${place}:${number}`;
      const content = digest(state);
      if ((only ?? name) !== name || seen.has(`${place} ${content}`)) continue;
      seen.add(`${place} ${content}`);
      distinct.add(content);
      const again = number % options.secondLossEvery === options.secondLossEvery - 1;
      if (again) secondLosses++;
      try {
        await assertEnds(new MemoryFiles(state), commands);
        await recover(state, markAt(marks, place), again ? new RandomStream(seed, place, number, 2) : null);
      } catch (cause) {
        throw new Error(unrecovered(name, seed, state, markAt(marks, place)), { cause });
      }
    }
  }
  return { places, recoveries: seen.size, distinct: distinct.size, secondLosses };
}

function unrecovered(name: string, seed: number, { files }: DiskState, mark: Mark): string {
  const shown = [...files].map(([path, bytes]) => `${path}: ${bytes.toString().slice(0, 2000)}`);
  return (
    `not recovered; repeat it with: npm run test:faults -- power-loss --seed ${seed} --only ${name}\n` +
    `after ${JSON.stringify(mark)} the disk had\n${shown.join('\n')}`
  );
}

/** The first of all ways to lose power at a place keeps nothing that was not synced, the second all of it. */
function unsynced(number: number, seed: number, place: number): Unsynced {
  return number === 0 ? 'lost' : number === 1 ? 'kept' : new RandomStream(seed, place, number);
}

async function record(
  files: MemoryFiles,
  commands: readonly ScriptedCommand[],
): Promise<{ files: MemoryFiles; marks: Mark[] }> {
  const marks: Mark[] = [];
  let sure = NOTHING_SURE;
  for (const command of commands) {
    marks.push({ ...sure, logged: files.log.length, command });
    await runScript(files, command, (now) => {
      sure = now;
      marks.push({ ...now, logged: files.log.length, command });
    });
  }
  return { files, marks };
}

/** Walks along a log; places must be asked for in order. */
class Crashes {
  readonly #log: readonly LoggedOperation[];
  readonly #states: CrashStates;
  #place = 0;

  /** @param start the disk as it was when the log began */
  constructor({ names, nodes }: MemoryFiles, log: readonly LoggedOperation[]) {
    this.#log = log;
    this.#states = new CrashStates(
      [...names].map(([path, number]) => {
        const node = nodes[number]!;
        return { path, number, bytes: node.kind === 'folder' ? null : node.bytes };
      }),
    );
  }

  stateAt(place: number, unsynced: Unsynced): DiskState {
    while (this.#place < place) this.#states.enter(this.#log[this.#place++]!);
    return this.#states.state(unsynced);
  }
}

/** @param again a stream to draw a second loss of power from, while the first is recovered from */
async function recover(state: DiskState, mark: Mark, again: RandomStream | null): Promise<void> {
  const files = new MemoryFiles(state);
  await assertSure(files, mark);
  const command = { ...mark.command, killedAfter: null };
  const crashes = new Crashes(new MemoryFiles(state), files.log);
  const { marks } = await record(files, [await sameAgain(files, command)]);
  await assertAsUnbroken(files, command);
  if (again === null) return;
  const place = again.nextInteger(0, files.log.length);
  const second = new MemoryFiles(crashes.stateAt(place, again));
  const { begun, minutes, complete } = markAt(marks, place);
  // What the first state had made sure is sure after the second loss too, unless the command undoes it.
  await assertSure(second, { begun: begun || mark.begun, minutes, complete });
  await runScript(second, await sameAgain(second, command));
  await assertAsUnbroken(second, command);
}

function markAt(marks: readonly Mark[], place: number): Mark {
  const found = marks.findLast(({ logged }) => logged <= place);
  assert.ok(found !== undefined);
  return found;
}

function digest({ files, folders }: DiskState): string {
  const hash = createHash('sha1').update([...folders].join('\n'));
  for (const path of [...files.keys()].sort()) hash.update(`\n${path}\n`).update(files.get(path) ?? '');
  return hash.digest('base64');
}

/**
 * A run that is killed, resumed and completed; resumed after its input has grown; and started over with another setting,
 * which writes results in another format, no metrics, and rejects to another file.
 */
export const NIGHTS: readonly ScriptedCommand[] = [
  { ...FIRST, killedAfter: 6 },
  FIRST,
  { ...FIRST, minutes: 10 },
  {
    ...FIRST,
    minutes: 7,
    setting: 'second',
    format: 'csv',
    metrics: null,
    rejectsFile: '/rejects.jsonl',
    restart: true,
  },
];

const LARGE: ScriptedCommand = { ...FIRST, rejectsFile: '/rejects.jsonl', largeRejectChars: 300_000 };

/** A run whose buffers are written between its commits, and whose rejects go elsewhere from its beginning. */
export const LARGE_NIGHTS: readonly ScriptedCommand[] = [{ ...LARGE, killedAfter: 6 }, LARGE];
