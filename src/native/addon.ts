import { mkdir, rename, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ADDON, HEADER_ROOT, HEADERS, LIBRARIES, NAPI_VERSION } from '../host/native/recipe.js';
import { runTool, type Tool, type ToolRun } from '../host/run-tool.js';
import { unpack } from './unpack.js';

/** Unpacks TensorFlow's libraries and headers to where tfjs-node's addon looks for them. */
export async function placeTensorFlow(
  wheel: string,
  packageFolder: string,
  signal: AbortSignal,
): Promise<void> {
  const lib = join(packageFolder, 'deps', 'lib');
  const wanted = new Map<string, string>([
    ...LIBRARIES.map(({ entry, file }) => [entry, join(lib, file)] as const),
    ...HEADERS.map((path) => [HEADER_ROOT + path, join(packageFolder, 'deps', 'include', path)] as const),
  ]);
  await unpack(wheel, wanted, signal);
  for (const { file, link } of LIBRARIES) await symlink(file, join(lib, link));
}

/** What binding.gyp of tfjs-node says, without node-gyp, which would download Node's headers. */
function compilerArguments(output: string): string[] {
  return [
    '-shared',
    '-fPIC',
    '-O2',
    '-std=c++17',
    `-DNAPI_VERSION=${NAPI_VERSION}`,
    '-Ideps/include',
    '-I../../node-api-headers/include',
    'binding/tfjs_backend.cc',
    'binding/tfjs_binding.cc',
    '-Ldeps/lib',
    ...LIBRARIES.map(({ link }) => `-l${link.replace(/^lib|\.so$/g, '')}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-o',
    output,
  ];
}

/**
 * Compiles tfjs-node's addon against the libraries in `deps/`.
 *
 * @throws AiopsError 'tool_failed' with the compiler's last lines
 */
export async function compileAddon(packageFolder: string, compiler: Tool, run: ToolRun): Promise<void> {
  const addon = join(packageFolder, ADDON);
  await mkdir(dirname(addon), { recursive: true });
  const partial = `${addon}.partial`;
  const hint = 'a compiler for C++17 is needed (g++ 8, clang 7 or later); name another one with CXX';
  await runTool(compiler, compilerArguments(partial), { ...run, cwd: packageFolder }, hint);
  await rename(partial, addon);
}
