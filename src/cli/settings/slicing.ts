import { oneOf, orAuto, whole } from './kinds.js';
import type { Settings } from './setting.js';

const MOST_SLICES = 10_000;

/** What runs slices. */
export const ENGINE = {
  engine: {
    flags: '--engine <engine>',
    help: 'cut the recording into slices and run them as processes: local, on this machine (default: one process)',
    kind: oneOf('local'),
    default: null,
  },
} as const satisfies Settings;

/** How a recording is cut for several processes or machines. */
export const SLICING = {
  slices: {
    flags: '--slices <n|auto>',
    help: 'how many slices to cut the recording into; auto: of a few minutes of work each',
    kind: orAuto(whole(1, MOST_SLICES), `Expected a whole number from 1 to ${MOST_SLICES}, or auto.`),
    default: 'auto',
  },
} as const satisfies Settings;
