import assert from 'node:assert/strict';
import { type Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { suite, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';

import type { ReadOptions } from '#build/read/options.js';
import { openRecording } from '#build/read/recording.js';
import type { Survey } from '#build/read/survey.js';

import { temporaryFolder } from '../../support/cli.js';
import { READ_DEFAULTS } from '../../support/reading.js';

interface Asked {
  readonly options?: Partial<ReadOptions>;
  readonly surveyBytes?: number;
}

async function survey(
  t: TestContext,
  files: Record<string, string | Buffer>,
  asked: Asked = {},
): Promise<Survey> {
  const folder = temporaryFolder(t);
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  await using recording = await openRecording(
    paths,
    { ...READ_DEFAULTS, ...asked.options },
    Readable.from([]),
  );
  return await recording.survey(asked.surveyBytes);
}

const time = (minute: number): string => new Date(Date.UTC(2024, 4, 1) + minute * 60_000).toISOString();

/** A record per minute and host. */
function rows(minutes: number, hosts: readonly string[]): string[] {
  return Array.from({ length: minutes }, (_, minute) =>
    hosts.map((host) => `${time(minute)},${host},${minute % 100}`),
  ).flat();
}

const csv = (lines: readonly string[]): string => `timestamp,host,cpu\n${lines.join('\n')}\n`;

const HOSTS = ['web-1', 'web-2'];

suite('a survey', () => {
  test('accounts for every record of short files', async (t) => {
    const lines = rows(10, HOSTS);
    lines[6] = `${time(3)},web-1,`;
    lines.splice(8, 2); // minute 4
    lines.push(`${time(9)},web-2,5`, 'no time,web-1,3');
    const { counts, tallies, rejects, files } = await survey(t, { 'a.csv': csv(lines) });
    const { records, accepted, merged, rejected, minutes } = counts;
    assert.deepEqual(
      { records, accepted, merged, rejected, minutes },
      {
        ...{ records: 20, accepted: 18, merged: 0, rejected: 2, minutes: 9 },
      },
    );
    assert.deepEqual(tallies.missing, [1]);
    assert.deepEqual(tallies.targets, HOSTS);
    assert.equal(new Date(tallies.firstMs ?? 0).toISOString(), time(0));
    assert.equal(new Date(tallies.lastMs ?? 0).toISOString(), time(9));
    assert.equal(tallies.gaps.count, 2);
    assert.equal(tallies.gaps.intervals, 2);
    assert.deepEqual(rejects.map(({ reason, example }) => [reason, example.line]).sort(), [
      ['bad_time', 21],
      ['duplicate', 20],
    ]);
    assert.equal(files[0]?.read, 'all');
    assert.equal(files[0].order.largest, null);
  });

  test('measures the largest step back, and counts records whatever their order', async (t) => {
    const lines = rows(30, ['web-1']);
    lines.push(...lines.splice(5, 3));
    const { counts, files, tallies } = await survey(t, { 'a.csv': csv(lines) });
    assert.equal(counts.accepted, 30);
    assert.equal(tallies.gaps.count, 0);
    const { order } = files[0]!;
    assert.equal(order.earlier, 3);
    assert.equal(order.largest?.intervals, 24);
    assert.equal(order.largest.line, 29);
    assert.equal(order.refused?.record.source.line, 29);
    const allowed = await survey(t, { 'a.csv': csv(lines) }, { options: { grace: 24 } });
    assert.equal(allowed.files[0]?.refusal, null);
    const sorted = await survey(t, { 'a.csv': csv(lines) }, { options: { sort: true } });
    assert.equal(sorted.files[0]?.order.largest, null);
    assert.equal(sorted.counts.accepted, 30);
  });

  test('joins records that files have in parts', async (t) => {
    const mem = rows(4, HOSTS).join('\n');
    const files = { 'cpu.csv': csv(rows(4, HOSTS)), 'mem.csv': `timestamp,host,mem\n${mem}\n` };
    const { counts, tallies } = await survey(t, files);
    assert.equal(counts.accepted, 8);
    assert.equal(counts.merged, 8);
    assert.deepEqual(tallies.missing, [0, 0]);
  });

  test('counts what --from and --targets exclude', async (t) => {
    const options = { fromMs: Date.parse(time(6)), targets: ['web-1'] };
    const { counts } = await survey(t, { 'a.csv': csv(rows(10, HOSTS)) }, { options });
    assert.equal(counts.accepted, 4);
    assert.equal(counts.filtered, 16);
  });

  test('reads head, middle and tail of a long file, without what its cuts leave incomplete', async (t) => {
    const lines = rows(40_000, HOSTS);
    const [middle, end] = [lines.length / 2, lines.length - 100];
    lines[middle] = lines[middle]!.replace(/,\d+$/, ',text');
    lines[end] = lines[end]!.replace(/,\d+$/, ',');
    const text = csv(lines);
    assert.ok(text.length > 2_500_000);
    const { counts, tallies, rejects, files } = await survey(t, { 'a.csv': text }, { surveyBytes: 600_000 });
    const [file] = files;
    assert.equal(file?.read, 'head, middle and tail');
    assert.ok(file.readBytes >= 600_000 && file.readBytes < 2_500_000, String(file.readBytes));
    assert.equal(file.order.largest, null);
    assert.equal(new Date(tallies.firstMs ?? 0).toISOString(), time(0));
    assert.equal(new Date(tallies.lastMs ?? 0).toISOString(), time(39_999));
    assert.equal(counts.rejected, 1);
    assert.equal(counts.accepted, 2 * counts.minutes - 1, 'whole minutes only');
    assert.deepEqual(tallies.gaps, { count: 1, intervals: 1, longest: tallies.gaps.longest });
    assert.deepEqual(tallies.missing, [1]);
    const [reject] = rejects;
    assert.equal(reject?.reason, 'bad_value');
    assert.equal(reject.example.line, 0);
    assert.match(reject.example.file, new RegExp(`a.csv near byte ${text.indexOf(lines[middle])}$`));
  });

  test('places behind the head of a long file are bytes, as their line is not known', async (t) => {
    const lines = rows(40_000, HOSTS);
    const at = lines.length / 2;
    lines.splice(at, 0, lines[at - 200]!);
    lines.splice(at + 500, 0, lines[at + 499]!);
    const text = csv(lines);
    const { rejects, files } = await survey(t, { 'a.csv': text }, { surveyBytes: 600_000 });
    const byte = text.indexOf(`\n${lines[at - 1]!}\n`) + lines[at - 1]!.length + 2;
    assert.match(
      files[0]?.refusal?.message ?? '',
      new RegExp(`a\\.csv near byte ${byte}: \\S+ comes after \\S+: the file is`),
    );
    const duplicate = rejects.find(({ reason }) => reason === 'duplicate');
    assert.match(duplicate?.example.message ?? '', /already has a record for \S+, at \S+ near byte \d+$/);
  });

  test('reads the head of a long input that is packed', async (t) => {
    const packed = gzipSync(csv(rows(40_000, HOSTS)));
    const { files, counts } = await survey(t, { 'a.csv.gz': packed }, { surveyBytes: 600_000 });
    assert.equal(files[0]?.read, 'head');
    assert.ok(files[0].isGzip);
    assert.equal(counts.accepted, 2 * counts.minutes);
  });
});
