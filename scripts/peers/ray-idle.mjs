/** What an idle Ray costs others: its processes' processor time, and this program's minutes with and without it. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { medianEstimate } from '#build/core/statistics.js';

import { median } from '../shared/samples.mjs';
import { OwnPeer } from './node-peers.mjs';
import { PythonPeer } from './python-peer.mjs';
import { CASES, makeWorkload } from './workload.mjs';

const ITEMS = 500;
const MINUTES = 300;
const MOST_MS = 5_000;
const SETTLE_MS = 2_000;
const WATCH_MS = 10_000;
/** A clock tick in /proc, the same on every Linux. */
const TICK_MS = 10;

/** Serves minutes without a model, alternately without Ray and with one that waits. Linux only. */
export async function measureIdleRay({ folder, processes, seed, rounds }) {
  const [noModel] = CASES;
  const workload = await makeWorkload(noModel, { items: ITEMS, processes, seed, folder });
  const own = new OwnPeer(workload);
  await own.start();
  const minute = async () => median(await own.time('batched', processes, MINUTES, MOST_MS));
  const ratios = [];
  const shares = [];
  try {
    await minute();
    for (let round = 0; round < rounds; round++) {
      console.error(`idle Ray: round ${round + 1} of ${rounds}`);
      const alone = await minute();
      const ray = new PythonPeer('ray_peer.py', { description: workload.description, folder });
      try {
        await ray.start();
        await sleep(SETTLE_MS);
        ratios.push((await minute()) / alone);
        const before = processorMs(ray.child.pid);
        await sleep(WATCH_MS);
        shares.push((processorMs(ray.child.pid) - before) / WATCH_MS);
      } finally {
        await ray.stop();
      }
    }
  } finally {
    await own.stop();
  }
  return { withIdleRayToWithout: medianEstimate(ratios), processorsUsedByIdleRay: medianEstimate(shares) };
}

/** Processor time so far of a process and its descendants. */
function processorMs(root) {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readStat);
  const family = new Set([root]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { pid, parent } of stats) if (family.has(parent)) family.add(pid);
  }
  const ticks = stats.reduce((sum, { pid, ticks: own }) => sum + (family.has(pid) ? own : 0), 0);
  return ticks * TICK_MS;
}

/** A process's parent and used clock ticks (proc_pid_stat(5)); empty if it has just ended. */
function readStat(name) {
  let text;
  try {
    text = readFileSync(`/proc/${name}/stat`, 'utf8');
  } catch {
    return [];
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // from the third field on
  return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
}
