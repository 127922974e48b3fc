import { readFileSync } from 'node:fs';

/** What decides whether TensorFlow's wheel can work here. */
export interface PlatformFacts {
  readonly platform: string;
  readonly arch: string;
  /** Version of the GNU C library; null with another one, such as Alpine's musl. */
  readonly glibc: string | null;
  /** False where the processor is known to lack AVX, which TensorFlow's wheels are compiled for. */
  readonly avx: boolean;
}

export function platformFacts(): PlatformFacts {
  const linux = process.platform === 'linux';
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: linux ? glibcVersion() : null,
    avx: !linux || processorHasAvx(),
  };
}

/** Why an install would not work here, and what to do instead; null where it works. */
export function whyUnsupported(facts: PlatformFacts): { message: string; hint: string } | null {
  if (facts.platform !== 'linux' || facts.arch !== 'x64') {
    return {
      message: `native install is made for Linux x64 only, and this is ${facts.platform} ${facts.arch}`,
      hint: "npm's own install may work here: npm install @tensorflow/tfjs-node@4.22.0; --backend wasm needs nothing",
    };
  }
  if (facts.glibc === null) {
    return {
      message: 'TensorFlow needs the GNU C library, and this Linux (Alpine, perhaps) has another one',
      hint: '--backend wasm needs nothing; for native TensorFlow use a Debian image such as node:22-slim',
    };
  }
  if (!facts.avx) {
    return {
      message: 'TensorFlow needs a processor with AVX, which this one does not have',
      hint: '--backend wasm needs nothing',
    };
  }
  return null;
}

function glibcVersion(): string | null {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // else it looks up the names of all open connections
  const { header } = report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: unknown } };
  if (before !== undefined) report.excludeNetwork = before;
  return typeof header?.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : null;
}

function processorHasAvx(): boolean {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ');
    return flags?.includes('avx') ?? true;
  } catch {
    return true; // not known: the prediction at the end of an install will tell
  }
}
