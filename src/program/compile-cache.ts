import module from 'node:module';

/**
 * Keeps compiled code in Node's own cache, where this Node has one (from 22.1). It fails without a word, and minds
 * NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE.
 */
export function keepCompiledCode(): void {
  const { enableCompileCache } = module as { readonly enableCompileCache?: () => unknown };
  enableCompileCache?.();
}
