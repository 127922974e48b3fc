import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { FolderLock, SocketLock } from '#build/output/folder-lock.js';
import { thisHolder, type LockHolder } from '#build/output/lock-holder.js';

import { temporaryFolder } from '../support/cli.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { errnoError, MemoryFiles } from '../support/memory-files.js';
import { stateOf } from '../support/processes.js';
import { until } from '../support/wait.js';

const linux = { skip: process.platform === 'linux' ? false : 'the state of other processes needs /proc' };
const program = fileURLToPath(new URL('../support/lock-taker.js', import.meta.url));

interface Taker {
  readonly child: ChildProcess;
  /** `held`, or why not. */
  readonly said: string;
}

/** A process that tries to take the lock; it holds it until it is killed, or its standard input ends. */
async function taker(t: TestContext, folder: string): Promise<Taker> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  // Its end is awaited: the next test's folder may get the inode of this one's.
  const closed = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  const [said] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, said };
}

async function killed({ child }: Taker): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}

function lockText(folder: string): string {
  return readFileSync(join(folder, 'lock.json'), 'utf8');
}

/** Puts a lock.json there as a process would have left it that differs from this one in some way. */
async function forge(folder: string, changes: Partial<LockHolder>): Promise<void> {
  writeFileSync(join(folder, 'lock.json'), JSON.stringify({ ...(await thisHolder()), ...changes }));
}

function startedTicksOf(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

async function assertFree(folder: string): Promise<void> {
  const lock = await FolderLock.take(folder);
  assert.equal((JSON.parse(lockText(folder)) as LockHolder).pid, process.pid);
  await lock.release();
  assert.deepEqual(readdirSync(folder), []);
}

describe('processes of this machine', linux, () => {
  test('a holder is named, and its lock is free when it ends', async (t) => {
    const folder = temporaryFolder(t);
    const holder = await taker(t, folder);
    assert.equal(holder.said, 'held');
    await assert.rejects(FolderLock.take(folder), {
      code: 'output_locked',
      message: new RegExp(`another run is writing to ${folder}: process ${holder.child.pid} on .*, since 20`),
    });
    holder.child.stdin?.end();
    await once(holder.child, 'close');
    await assertFree(folder);
  });

  test('a killed holder’s lock is free at once, though its file remains', async (t) => {
    const folder = temporaryFolder(t);
    const holder = await taker(t, folder);
    await killed(holder);
    assert.match(lockText(folder), new RegExp(`"pid": ${holder.child.pid},`));
    await assertFree(folder);
  });

  test('a suspended holder keeps its lock and is reported as suspended', async (t) => {
    const folder = temporaryFolder(t);
    const { child } = await taker(t, folder);
    child.kill('SIGSTOP');
    await until('the holder to stop', () => stateOf(child.pid) === 'T');
    await assert.rejects(FolderLock.take(folder, { breakLock: true }), (error: Error & { hint?: string }) => {
      assert.match(error.message, new RegExp(`process ${child.pid} .*suspended`));
      assert.match(error.hint ?? '', new RegExp(`kill -CONT ${child.pid}`));
      return true;
    });
  });

  test('a holder that no file names is waited for, since it is just starting or ending', async (t) => {
    const folder = temporaryFolder(t);
    const ending = await SocketLock.takeFolder(folder);
    const waiting = FolderLock.take(folder);
    await ending?.release();
    await (await waiting).release();
    const staying = await SocketLock.takeFolder(folder);
    await assert.rejects(FolderLock.take(folder), {
      code: 'output_locked',
      message: `another run is writing to ${folder}`,
    });
    await staying?.release();
  });

  test('exactly one of several claimers gets the lock of a dead holder', async (t) => {
    const folder = temporaryFolder(t);
    await killed(await taker(t, folder));
    const takers = await Promise.all(Array.from({ length: 6 }, () => taker(t, folder)));
    const holders = takers.filter(({ said }) => said === 'held');
    assert.equal(holders.length, 1, takers.map(({ said }) => said).join('\n'));
    for (const { said } of takers) assert.match(said, /^held$|^output_locked: another run is writing to/);
    assert.match(lockText(folder), new RegExp(`"pid": ${holders[0]?.child.pid},`));
  });

  test('a second lock in the same process is refused', async (t) => {
    const folder = temporaryFolder(t);
    const lock = await FolderLock.take(folder);
    await assert.rejects(FolderLock.take(folder), { code: 'output_locked' });
    await lock.release();
    await assertFree(folder);
  });

  test('a live process in lock.json holds the folder, with or without a socket', async (t) => {
    const folder = temporaryFolder(t);
    const other = await taker(t, temporaryFolder(t));
    await forge(folder, { pid: other.child.pid ?? 0, startedTicks: startedTicksOf(other.child.pid) });
    await assert.rejects(FolderLock.take(folder, { breakLock: true }), {
      code: 'output_locked',
      message: new RegExp(`process ${other.child.pid}`),
    });
    await killed(other);
    await assertFree(folder);
  });
});

describe('lock.json alone', linux, () => {
  test('a reused process id is not the holder', async (t) => {
    const folder = temporaryFolder(t);
    const other = await taker(t, temporaryFolder(t));
    await forge(folder, { pid: other.child.pid ?? 0, startedTicks: 1 });
    await assertFree(folder);
    await forge(folder, { startedTicks: 1 });
    await assertFree(folder);
  });

  test('a zombie is dead', async (t) => {
    const folder = temporaryFolder(t);
    // The shell becomes a program that knows of no child; only then the child ends, so that no shell asks how.
    const script = '{ while grep -q sh /proc/$$/comm; do :; done; } & echo $!; exec sleep 60';
    const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => parent.kill('SIGKILL'));
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const pid = Number(line);
    await until('the process to end', () => stateOf(pid) === 'Z');
    await forge(folder, { pid, startedTicks: startedTicksOf(pid) });
    await assertFree(folder);
  });

  test('a holder from before a reboot is dead', async (t) => {
    const folder = temporaryFolder(t);
    const other = await taker(t, temporaryFolder(t));
    await forge(folder, { pid: other.child.pid ?? 0, bootId: '6d0d0c5c-0000-0000-0000-000000000000' });
    await assertFree(folder);
  });

  for (const [what, changes] of [
    ['host', { host: 'elsewhere' }],
    ['host of the same name', { machineId: 'f'.repeat(32) }],
    ['container', { pidNamespace: 'pid:[1]' }],
  ] as const) {
    test(`another ${what} is not visible: only --break-lock takes its folder`, async (t) => {
      if (what === 'host of the same name' && (await thisHolder()).machineId === null) {
        t.skip('no /etc/machine-id here');
        return;
      }
      const folder = temporaryFolder(t);
      await forge(folder, { pid: 1, since: '2026-11-25T00:00:00.000Z', ...changes });
      const before = lockText(folder);
      await assert.rejects(FolderLock.take(folder), (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'output_locked');
        assert.match(error.message, /process 1 on .* since 2026-11-25T00.*not visible/);
        assert.match(error.hint ?? '', /--break-lock/);
        return true;
      });
      assert.equal(lockText(folder), before);
      const lock = await FolderLock.take(folder, { breakLock: true });
      await lock.release();
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  for (const text of [
    '',
    '{"program":"aiops-s',
    '[]',
    '{"program":"other","host":"a","pid":1,"since":""}',
    'null',
  ]) {
    test(`a lock.json with ${JSON.stringify(text)} counts as free`, async (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, 'lock.json'), text);
      await assertFree(folder);
    });
  }

  test('partial files of killed claimers are removed', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'lock.json.1234-abcdef.partial'), '{');
    const lock = await FolderLock.take(folder);
    t.after(() => lock.release());
    assert.deepEqual(readdirSync(folder), ['lock.json']);
  });

  test('a lock taken over by another host is not released', async (t) => {
    const folder = temporaryFolder(t);
    const lock = await FolderLock.take(folder);
    await forge(folder, { host: 'elsewhere' });
    await lock.release();
    assert.ok(existsSync(join(folder, 'lock.json')));
  });
});

test('a file system without links gets its lock by a rename', async () => {
  const files = new MemoryFiles();
  files.link = async (from) => {
    throw errnoError('EPERM', 'link', from);
  };
  const lock = await FolderLock.take('/', { files });
  assert.match(files.text('/lock.json') ?? '', new RegExp(`"pid": ${process.pid},`));
  await lock.release();
  assert.deepEqual([...files.names.keys()], ['/']);
});

test('a folder that cannot be locked is an error that names it, and stays unlocked', async () => {
  const files = new MemoryFiles();
  const faulty = new FaultyFiles(files, { at: 1, fault: 'EROFS', times: 'always' });
  await assert.rejects(FolderLock.take('/', { files: faulty }), {
    code: 'output_cannot_create',
    message: 'cannot write to the folder /: it is not writable (EROFS)',
  });
  await (await FolderLock.take('/', { files })).release();
});
