import { loadBundleRuntime } from './bundle-runtime.js';
import { serveParent } from './serve-parent.js';

await serveParent(loadBundleRuntime);
