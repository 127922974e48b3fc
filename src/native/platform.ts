import { readFileSync } from 'node:fs';

/** What TensorFlow's wheel depends on. */
export interface PlatformFacts {
  readonly platform: string;
  readonly arch: string;
  /** Version of the GNU C library; null: another C library, such as Alpine's musl. */
  readonly glibc: string | null;
  /** False: the processor lacks AVX, which TensorFlow's wheels are compiled for. */
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

/** Why an install would not work here, and what to do instead; null: it would. */
export function whyUnsupported(facts: PlatformFacts): { message: string; hint: string } | null {
  if (facts.platform !== 'linux' || facts.arch !== 'x64') {
    return {
      message: `native install supports Linux x64 only, and this is ${facts.platform} ${facts.arch}`,
      hint: "npm's own install may work here: npm install @tensorflow/tfjs-node@4.22.0; --backend wasm needs no install",
    };
  }
  if (facts.glibc === null) {
    return {
      message: 'TensorFlow needs the GNU C library, which this Linux (Alpine, perhaps) does not have',
      hint: '--backend wasm needs no install; for native TensorFlow use a Debian image such as node:22-slim',
    };
  }
  if (!facts.avx) {
    return {
      message: 'TensorFlow needs a processor with AVX, which this one does not have',
      hint: '--backend wasm needs no install',
    };
  }
  return null;
}

function glibcVersion(): string | null {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // otherwise it looks up the host names of all open connections
  const { header } = report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: unknown } };
  if (before !== undefined) report.excludeNetwork = before;
  return typeof header?.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : null;
}

function processorHasAvx(): boolean {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ');
    return flags?.includes('avx') ?? true;
  } catch {
    return true; // unknown: the test prediction will show
  }
}
