import { loadRuntime } from './load-runtime.js';
import { serveParent } from './serve-parent.js';

await serveParent(loadRuntime);
