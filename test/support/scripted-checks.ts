import assert from 'node:assert/strict';
import { join } from 'node:path';

import { METRICS_FILES, metricsFiles } from '#build/core/metric-files.js';
import { readJournal } from '#build/output/journal.js';

import { MemoryFiles } from './memory-files.js';
import { runScript, type ScriptedCommand, type SureProgress } from './scripted-run.js';

export const FIRST: ScriptedCommand = {
  out: '/work/out',
  setting: 'first',
  minutes: 8,
  format: 'jsonl',
  metrics: 'openmetrics',
  rejectsFile: null,
  restart: false,
};

/** The same command as a user repeats it: with --restart only while another run's journal exists. */
export async function sameAgain(files: MemoryFiles, command: ScriptedCommand): Promise<ScriptedCommand> {
  const prior = await readJournal(command.out, files);
  const isOther = prior !== null && (prior.facts as { setting: string }).setting !== command.setting;
  return { ...command, restart: isOther };
}

export async function assertSure(
  files: MemoryFiles,
  sure: SureProgress & { command?: ScriptedCommand },
): Promise<void> {
  const prior = await readJournal(FIRST.out, files);
  if (sure.begun) assert.ok(prior !== null, 'there is no journal');
  const last = prior?.commits.at(-1)?.state as { minute: number } | undefined;
  assert.ok((last?.minute ?? 0) >= sure.minutes, `minute ${sure.minutes} was sure, ${last?.minute} is there`);
  if (sure.complete) assert.ok(prior?.completion !== null, 'the run was complete');
}

const unbroken = new Map<string, Promise<MemoryFiles>>();

/** What the command leaves when nothing happens to it. */
async function unbrokenRun(command: ScriptedCommand): Promise<MemoryFiles> {
  const key = JSON.stringify(command);
  const known = unbroken.get(key);
  if (known !== undefined) return known;
  const run = (async () => {
    const files = new MemoryFiles();
    await runScript(files, { ...command, restart: false });
    return files;
  })();
  unbroken.set(key, run);
  return run;
}

/** A file of metrics may look complete only if it has all samples of one of the commands that were run. */
export async function assertEnds(files: MemoryFiles, commands: readonly ScriptedCommand[]): Promise<void> {
  for (const name of METRICS_FILES) {
    const path = join(FIRST.out, name);
    if (!files.names.has(path)) continue;
    const text = files.text(path);
    if (text?.endsWith('# EOF\n') !== true) continue;
    const wholes = await Promise.all(
      commands
        .filter(({ metrics }) => metricsFiles(metrics ?? undefined).includes(name))
        .map(async (command) => (await unbrokenRun({ ...command, killedAfter: null })).text(path)),
    );
    assert.ok(wholes.includes(text), `${name} looks complete with ${JSON.stringify(text)}`);
  }
}

/** Results, rejects, metrics and timings byte for byte, the reports of all minutes, and no other file. */
export async function assertAsUnbroken(files: MemoryFiles, command: ScriptedCommand): Promise<void> {
  const expected = await unbrokenRun(command);
  assert.deepEqual([...files.names.keys()].sort(), [...expected.names.keys()].sort());
  const rejects = command.rejectsFile ?? join(command.out, 'rejects.jsonl');
  const metrics = metricsFiles(command.metrics ?? undefined);
  const names = [`results.${command.format}`, ...metrics, 'timing.jsonl', 'timing.json', 'report.html'];
  for (const path of [rejects, ...names.map((name) => join(command.out, name))]) {
    assert.equal(files.text(path), expected.text(path), path);
  }
  assert.deepEqual((await readJournal(command.out, files))?.completion, { minutes: command.minutes });
  assert.equal(files.openHandles.size, 0);
}
