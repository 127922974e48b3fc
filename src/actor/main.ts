import { keepCompiledCode } from '../program/compile-cache.js';
import { serveParent } from './serve-parent.js';

keepCompiledCode(); // TensorFlow.js is megabytes of it

// Loaded while the parent is greeted: until signals are handled, one to the process group would end this process.
const loading = import('./load-runtime.js');

await serveParent(async (request, measure) => {
  const { loadRuntime } = await loading;
  return loadRuntime(request, measure);
});
