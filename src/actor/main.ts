import { keepCompiledCode } from '../program/compile-cache.js';
import { serveParent } from './serve-parent.js';

keepCompiledCode(); // TensorFlow.js has megabytes of code

// Loaded in the background, so that signals are handled as early as possible: until then, one sent to the process group
// would end this process.
const loading = import('./load-runtime.js');

await serveParent(async (request, measure) => {
  const { loadRuntime } = await loading;
  return loadRuntime(request, measure);
});
