import { dirname } from 'node:path';

import type { RandomStream } from '#build/core/random.js';

import { changedBytes, type DiskState, type LoggedOperation } from './memory-files.js';

type DataChange = Extract<LoggedOperation, { kind: 'write' | 'truncate' }>;
type NameChange = Extract<LoggedOperation, { kind: 'names' }>;

/** What becomes of changes that were not synced: all lost, all kept, or a mixture drawn from a stream. */
export type Unsynced = 'lost' | 'kept' | RandomStream;

/**
 * What may be on a disk after power was lost. Sure are the bytes of a file that was synced after they were written,
 * and the names of a folder that was synced after they were made. Of everything else any part may be there, whatever
 * came later: a write wholly, in part from either end, as zeros or not at all, a name or not, a rename with the old
 * name still there too.
 */
export class CrashStates {
  readonly #sureNames = new Map<string, number>();
  readonly #sureBytes = new Map<number, Buffer>();
  readonly #folders = new Set<number>();
  readonly #unsureNames = new Map<string, NameChange[]>();
  readonly #unsureBytes = new Map<number, DataChange[]>();

  /** @param start what was on the disk, all of it sure, with the numbers that the log uses for it */
  constructor(start: readonly { path: string; number: number; bytes: Buffer | null }[]) {
    for (const { path, number, bytes } of start) {
      this.#sureNames.set(path, number);
      if (bytes === null) this.#folders.add(number);
      else this.#sureBytes.set(number, bytes);
    }
  }

  /** Takes the next operation of the log into account. */
  enter(operation: LoggedOperation): void {
    switch (operation.kind) {
      case 'names':
        this.#enterNames(operation);
        break;
      case 'write':
      case 'truncate':
        listAt(this.#unsureBytes, operation.node).push(operation);
        break;
      case 'datasync': {
        const changes = this.#unsureBytes.get(operation.node) ?? [];
        this.#sureBytes.set(operation.node, changes.reduce(changedBytes, this.#bytesOf(operation.node)));
        this.#unsureBytes.delete(operation.node);
        break;
      }
      case 'syncFolder':
        for (const change of this.#unsureNames.get(operation.folder) ?? [])
          setNames(this.#sureNames, change.names);
        this.#unsureNames.delete(operation.folder);
        break;
    }
  }

  /** One of the states that the disk may be in after power is lost now. */
  state(unsynced: Unsynced): DiskState {
    const names = new Map(this.#sureNames);
    for (const changes of this.#unsureNames.values()) {
      for (const change of changes) setNames(names, survivingNames(change, unsynced));
    }
    const files = new Map<string, Buffer>();
    const folders = new Set<string>();
    // A folder whose own name was lost takes along what was in it.
    for (const path of [...names.keys()].sort((a, b) => a.length - b.length)) {
      if (path !== '/' && !folders.has(dirname(path))) continue;
      const number = names.get(path) ?? 0;
      if (this.#folders.has(number)) folders.add(path);
      else files.set(path, this.#survivingBytes(number, unsynced));
    }
    return { files, folders };
  }

  /** Whether anything is not sure at present. */
  get hasUnsynced(): boolean {
    return this.#unsureNames.size > 0 || this.#unsureBytes.size > 0;
  }

  #enterNames(change: NameChange): void {
    const [path, number] = change.names[0] ?? ['/', null];
    if (change.call === 'mkdir' && number !== null) this.#folders.add(number);
    listAt(this.#unsureNames, dirname(path)).push(change);
  }

  #bytesOf(node: number): Buffer {
    return this.#sureBytes.get(node) ?? Buffer.alloc(0);
  }

  #survivingBytes(node: number, unsynced: Unsynced): Buffer {
    let bytes = this.#bytesOf(node);
    for (const change of this.#unsureBytes.get(node) ?? []) {
      const surviving = survivingChange(change, unsynced);
      if (surviving !== null) bytes = changedBytes(bytes, surviving);
    }
    return bytes;
  }
}

function survivingNames({ call, names }: NameChange, unsynced: Unsynced): NameChange['names'] {
  if (unsynced === 'lost') return [];
  if (unsynced === 'kept') return names;
  const chance = unsynced.next();
  if (chance < 0.45) return names;
  return call === 'rename' && chance < 0.55 ? names.slice(0, 1) : [];
}

function survivingChange(change: DataChange, unsynced: Unsynced): DataChange | null {
  if (unsynced === 'lost') return null;
  if (unsynced === 'kept') return change;
  const chance = unsynced.next();
  if (chance < 0.25) return null;
  if (chance < 0.5 || change.kind === 'truncate') return change;
  const cut = unsynced.nextInteger(0, change.bytes.length);
  if (chance < 0.75) return { ...change, bytes: change.bytes.subarray(0, cut) };
  if (chance < 0.9) return { ...change, position: change.position + cut, bytes: change.bytes.subarray(cut) };
  return { ...change, bytes: Buffer.alloc(change.bytes.length) };
}

function setNames(names: Map<string, number>, changes: NameChange['names']): void {
  for (const [path, number] of changes) {
    if (number === null) names.delete(path);
    else names.set(path, number);
  }
}

function listAt<Key, Value>(lists: Map<Key, Value[]>, key: Key): Value[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
