import { arch, platform, version } from 'node:process';

import { processorModel, usableProcessors } from './processors.js';
import type { HostFacts } from '../core/machine-facts.js';

/** The machine that a report's figures are of. */
export function hostFacts(): HostFacts {
  return {
    node: version,
    platform: `${platform}-${arch}`,
    processor: processorModel(),
    processors: usableProcessors(),
  };
}
