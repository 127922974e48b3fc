import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folderWith, readInputs } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const HAS_SYSSTAT = ['sar', 'sadf'].every((name) => spawnSync(name, ['-V']).status === 0);
const SKIP = { skip: HAS_SYSSTAT ? false : 'no sysstat here' };
/** What adds a restart to a data file; only Debian has it there. */
const SADC = '/usr/lib/sysstat/sadc';

/** What `sadf -j` writes of processors. */
interface SysstatJson {
  readonly sysstat: {
    readonly hosts: readonly {
      readonly nodename: string;
      readonly statistics: readonly {
        readonly timestamp: { readonly date: string; readonly time: string };
        readonly 'cpu-load': readonly ({ readonly cpu: string } & Readonly<
          Record<string, number | string>
        >)[];
      }[];
    }[];
  };
}

/** With the recorder's hours, sadf writes the day of its own zone. */
const sadf = (file: string, options: readonly string[], activity: readonly string[]): string =>
  execFileSync('sadf', [...options, file, '--', ...activity], {
    encoding: 'utf8',
    env: { ...process.env, TZ: options.includes('-dt') ? 'UTC' : 'Europe/Vienna' },
  });

test('what sysstat records of this machine is read in each of its forms', SKIP, async (t) => {
  const folder = await folderWith(t, {});
  const data = join(folder, 'sa');
  const env = { ...process.env, TZ: 'UTC' };
  execFileSync('sar', ['-A', '-o', data, '1', '3'], { stdio: 'ignore', env });
  const hasRestart = existsSync(SADC) && process.getuid?.() === 0;
  if (hasRestart) {
    execFileSync(SADC, [data], { env });
    execFileSync(SADC, ['-S', 'XALL', '1', '3', data], { env });
  }
  const read = async (text: string): ReturnType<typeof readInputs> => {
    const path = join(folder, 'sa.csv');
    writeFileSync(path, text);
    return readInputs([path]);
  };

  const document = JSON.parse(sadf(data, ['-j'], ['-P', 'ALL'])) as SysstatJson;
  const [host = assert.fail()] = document.sysstat.hosts;
  const expected = host.statistics
    .filter((one) => 'cpu-load' in one)
    .flatMap(({ timestamp: { date, time }, 'cpu-load': load }) =>
      load.map(
        ({ cpu, user, idle }) =>
          `${new Date(`${date}T${time}Z`).toISOString()} ${host.nodename}/${cpu} ${user} ${idle}`,
      ),
    );
  assert.ok(expected.length >= 4);
  for (const options of [['-d'], ['-dU'], ['-dt'], ['-dC']]) {
    const { records, rejects, recording } = await read(sadf(data, options, ['-P', 'ALL']));
    assert.deepEqual(rejects, []);
    const [user, idle] = ['%user', '%idle'].map((name) => recording.columns.indexOf(name));
    const found = records.map(
      ({ minute, target, values }) => `${minute} ${target} ${values[user ?? -1]} ${values[idle ?? -1]}`,
    );
    assert.deepEqual(found.sort(), [...expected].sort(), options.join());
  }

  for (const activity of [
    '-u',
    '-u ALL',
    '-r ALL',
    '-q',
    '-w',
    '-b',
    '-B',
    '-S',
    '-d',
    '-n DEV',
    '-n SOCK',
    '-F',
    '-v',
  ]) {
    const text = sadf(data, ['-d'], activity.split(' '));
    const rows = text.split('\n').filter((line) => line !== '' && !/^#|;LINUX-RESTART/.test(line));
    if (rows.length === 0) continue; // a machine without such a device
    const { records, rejects } = await read(text);
    assert.deepEqual([records.length, rejects.length], [rows.length, 0], activity);
  }

  const refused = (options: readonly string[], activity: readonly string[], what: RegExp): Promise<void> =>
    assert.rejects(
      read(sadf(data, options, activity)),
      refusal('input_unusable', what, /sadf -d DATAFILE -- -u/),
    );
  await refused(['-d'], ['-A'], /several activities/);
  await refused(['-d'], ['-u', '-r'], /several activities/);
  await refused(['-dh'], ['-u', '-r'], /on a line/);
  await refused(['-d'], ['-I', 'ALL'], /interrupts/);
  await refused(['-j'], ['-u'], /JSON of sysstat/);
});
