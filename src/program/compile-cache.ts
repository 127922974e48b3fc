import module from 'node:module';

/**
 * Enables Node's compile cache, if this version has one (from 22.1). Fails silently, and respects NODE_COMPILE_CACHE
 * and NODE_DISABLE_COMPILE_CACHE.
 */
export function keepCompiledCode(): void {
  const { enableCompileCache } = module as { readonly enableCompileCache?: () => unknown };
  enableCompileCache?.();
}
