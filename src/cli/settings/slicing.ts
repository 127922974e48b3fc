import { MOST_SLICES } from '../../cluster/plan/most-slices.js';
import { httpAddress, oneOf, orAuto, toggle, whole } from './kinds.js';
import type { Settings } from './setting.js';

/** What runs slices. */
export const ENGINE = {
  engine: {
    flags: '--engine <engine>',
    help: 'cut the recording into slices and run them as processes: local, on this machine, or ray, on a cluster (default: one process)',
    kind: oneOf('local', 'ray'),
    default: null,
  },
  address: {
    flags: '--address <url>',
    help: 'with --engine ray: dashboard URL of the Ray cluster, such as http://head:8265',
    kind: httpAddress,
    default: null,
  },
  shipNode: {
    flags: '--ship-node',
    help: "with --engine ray: send this machine's Node along, for nodes that have none (Linux, same processor type)",
    kind: toggle,
    default: false,
  },
} as const satisfies Settings;

/** How a recording is cut for several processes or machines. */
export const SLICING = {
  slices: {
    flags: '--slices <n|auto>',
    help: 'how many slices to cut the recording into; auto: a few minutes of work each',
    kind: orAuto(whole(1, MOST_SLICES), `Expected a whole number from 1 to ${MOST_SLICES}, or auto.`),
    default: 'auto',
  },
} as const satisfies Settings;
