/** The systems compared in a case, and the ways in which each serves it. */
import { BareFloor, OwnPeer, SoloFloor, WorkerpoolPeer } from './node-peers.mjs';
import { PythonPeer } from './python-peer.mjs';

/**
 * `style` groups variants that do the same work, `processes` overrides how many serve. Variants with `many` also take
 * part in the cases with many items; those with `model` need one.
 */
const VARIANTS = [
  { peer: 'ray', variant: 'per-item', style: 'per-item', title: 'Ray, from tuples' },
  { peer: 'ray', variant: 'per-item-array', style: 'per-item', title: 'Ray, one array, session' },
  { peer: 'multiprocessing', variant: 'per-item', style: 'per-item', title: 'multiprocessing, from tuples' },
  { peer: 'workerpool', variant: 'per-item', style: 'per-item', title: 'workerpool' },
  { peer: 'own', variant: 'per-item', style: 'per-item', title: 'aiops-serve' },
  {
    peer: 'own',
    variant: 'per-item',
    style: 'per-item',
    title: 'aiops-serve, 1 actor',
    processes: 1,
    model: true,
  },
  { peer: 'ray', variant: 'tuples', style: 'batched', title: 'Ray, from tuples' },
  { peer: 'ray', variant: 'array', style: 'batched', title: 'Ray, one array', many: true },
  {
    peer: 'ray',
    variant: 'array',
    style: 'batched',
    title: 'Ray, one array, 1 actor',
    processes: 1,
    many: true,
  },
  { peer: 'ray', variant: 'array-of-doubles', style: 'batched', title: 'Ray, one array of doubles' },
  { peer: 'ray', variant: 'compiled', style: 'batched', title: 'Ray, compiled graph', many: true },
  { peer: 'multiprocessing', variant: 'tuples', style: 'batched', title: 'multiprocessing, from tuples' },
  {
    peer: 'multiprocessing',
    variant: 'array',
    style: 'batched',
    title: 'multiprocessing, one array',
    many: true,
  },
  { peer: 'workerpool', variant: 'batched', style: 'batched', title: 'workerpool', many: true },
  { peer: 'own', variant: 'batched', style: 'batched', title: 'aiops-serve', many: true },
  {
    peer: 'own',
    variant: 'batched',
    style: 'batched',
    title: 'aiops-serve, 1 actor',
    processes: 1,
    many: true,
  },
  {
    peer: 'solo',
    variant: 'batched',
    style: 'batched',
    title: 'floor: one process’s time, divided',
    many: true,
    model: true,
  },
  { peer: 'bare', variant: 'bytes', style: 'batched', title: 'floor: bare pipe', many: true },
];

/** Identifies a variant's times and ratios. */
export function variantKey({ peer, variant, processes }) {
  return processes === undefined ? `${peer} ${variant}` : `${peer} ${variant} ${processes}`;
}

export function variantsOf({ size, bundle }) {
  return VARIANTS.filter(({ many, model }) => (size === 'few' || many) && (bundle !== null || !model));
}

/** Starts the peers one after another. This program is first: its outputs are the expected ones, and their number sizes the bare pipe. */
export async function startPeers(workload, variants, folder) {
  const wanted = new Set(variants.map(({ peer }) => peer));
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
    peers.set('bare', new BareFloor(workload, expected.length / workload.minute.targets.length));
    return { peers, facts, expected };
  } catch (error) {
    await stopPeers(peers);
    throw error;
  }
}

export async function stopPeers(peers) {
  await Promise.all([...peers.values()].map((peer) => peer.stop()));
}
