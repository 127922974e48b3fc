/** Who takes part in a case, and in which ways. */
import { BareFloor, OwnPeer, SoloFloor, WorkerpoolPeer } from './node-peers.mjs';
import { PythonPeer } from './python-peer.mjs';

/**
 * The arms: `style` groups what does the same work, `processes` overrides how many serve. `few` and `many` say
 * in which sizes of cases an arm takes part, `model` that it needs a model.
 */
const ARMS = [
  { peer: 'ray', arm: 'per-item', style: 'per-item', title: 'Ray, from tuples' },
  { peer: 'ray', arm: 'per-item-array', style: 'per-item', title: 'Ray, one array, session' },
  { peer: 'multiprocessing', arm: 'per-item', style: 'per-item', title: 'multiprocessing, from tuples' },
  { peer: 'workerpool', arm: 'per-item', style: 'per-item', title: 'workerpool' },
  { peer: 'own', arm: 'per-item', style: 'per-item', title: 'aiops-serve' },
  {
    peer: 'own',
    arm: 'per-item',
    style: 'per-item',
    title: 'aiops-serve, 1 actor',
    processes: 1,
    model: true,
  },
  { peer: 'ray', arm: 'tuples', style: 'batched', title: 'Ray, from tuples' },
  { peer: 'ray', arm: 'array', style: 'batched', title: 'Ray, one array', many: true },
  { peer: 'ray', arm: 'array', style: 'batched', title: 'Ray, one array, 1 actor', processes: 1, many: true },
  { peer: 'ray', arm: 'array-of-doubles', style: 'batched', title: 'Ray, one array of doubles' },
  { peer: 'ray', arm: 'compiled', style: 'batched', title: 'Ray, compiled graph', many: true },
  { peer: 'multiprocessing', arm: 'tuples', style: 'batched', title: 'multiprocessing, from tuples' },
  {
    peer: 'multiprocessing',
    arm: 'array',
    style: 'batched',
    title: 'multiprocessing, one array',
    many: true,
  },
  { peer: 'workerpool', arm: 'batched', style: 'batched', title: 'workerpool', many: true },
  { peer: 'own', arm: 'batched', style: 'batched', title: 'aiops-serve', many: true },
  { peer: 'own', arm: 'batched', style: 'batched', title: 'aiops-serve, 1 actor', processes: 1, many: true },
  {
    peer: 'solo',
    arm: 'batched',
    style: 'batched',
    title: 'floor: one process’s time, divided',
    many: true,
    model: true,
  },
  { peer: 'bare', arm: 'bytes', style: 'batched', title: 'floor: bare pipe', many: true },
];

/** The key under which an arm's times and ratios are kept. */
export function armKey({ peer, arm, processes }) {
  return processes === undefined ? `${peer} ${arm}` : `${peer} ${arm} ${processes}`;
}

export function armsOf({ size, bundle }) {
  return ARMS.filter(({ many, model }) => (size === 'few' || many) && (bundle !== null || !model));
}

/** Starts those who take part, one after another; `outputsPerItem` is known once this program has answered. */
export async function startPeers(workload, arms, folder) {
  const wanted = new Set(arms.map(({ peer }) => peer));
  const peers = new Map();
  const facts = {};
  const start = async (name, peer) => {
    peers.set(name, peer);
    facts[name] = await peer.start();
  };
  try {
    const own = new OwnPeer(workload);
    await start('own', own);
    const expected = await own.outputs('batched', workload.processes);
    if (wanted.has('solo')) await start('solo', new SoloFloor(workload));
    if (wanted.has('workerpool')) await start('workerpool', new WorkerpoolPeer(workload));
    const { description } = workload;
    if (wanted.has('multiprocessing'))
      await start('multiprocessing', new PythonPeer('multiprocessing_peer.py', { description, folder }));
    if (wanted.has('ray')) await start('ray', new PythonPeer('ray_peer.py', { description, folder }));
    peers.set('bare', new BareFloor(workload, expected.length / workload.batch.targets.length));
    return { peers, facts, expected };
  } catch (error) {
    await stopPeers(peers);
    throw error;
  }
}

export async function stopPeers(peers) {
  await Promise.all([...peers.values()].map((peer) => peer.stop()));
}
