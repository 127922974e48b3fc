import { megabytes } from '../report/format.js';
import { NPM_DOWNLOAD_BYTES, TFJS_NODE_VERSION, WHEEL } from '../host/native/recipe.js';

/** A step of installing, in order. */
export interface NativeStep {
  readonly name: 'packages' | 'download' | 'check' | 'unpack' | 'compile' | 'predict' | 'sync';
  readonly title: string;
}

/** @param wheel the one that is here already; null: it is to be downloaded */
export function nativeSteps(wheel: string | null): NativeStep[] {
  const download = [
    {
      name: 'download',
      title: `download TensorFlow ${WHEEL.tensorflow}'s Python wheel with pip (${megabytes(WHEEL.sizeBytes)})`,
    },
    { name: 'check', title: 'check its sha256' },
  ] as const;
  return [
    {
      name: 'packages',
      title: `install tfjs-node ${TFJS_NODE_VERSION} with npm (about ${megabytes(NPM_DOWNLOAD_BYTES)} to download)`,
    },
    ...(wheel === null ? download : []),
    { name: 'unpack', title: "unpack TensorFlow's libraries" },
    { name: 'compile', title: 'compile the addon' },
    { name: 'predict', title: 'predict with it' },
    { name: 'sync', title: 'make it last' },
  ];
}
