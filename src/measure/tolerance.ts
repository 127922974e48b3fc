import type { BackendFacts } from '../core/types.js';

/** How far two ways of serving may differ and still agree: wasm gives the same bits however work is cut. */
export const TOLERANCE: Readonly<Record<BackendFacts['name'], number>> = { wasm: 0, js: 0, node: 1e-4 };
