import { resolve } from 'node:path';

import type { InputSpec } from '../core/types.js';
import { BUILT_IN_BUNDLE } from '../program/package-files.js';
import { openModel, type BareModelFlags } from './bare-model.js';
import { manifestText, withThreshold } from './bundle.js';
import { inputSpec } from './manifest.js';
import type { ModelSource } from '../core/model-source.js';

/** What answers items, according to the settings. */
export type ModelChoice =
  | {
      readonly kind: 'model';
      /** A bundle folder or a bare model; null for the built-in bundle. */
      readonly path: string | null;
      /** The description of a bare model; null if none was given. */
      readonly bare: BareModelFlags | null;
      /** Replaces the bundle's threshold; null: it keeps its own, or none. */
      readonly threshold: number | null;
    }
  | { readonly kind: 'analyzer'; readonly module: string };

/** A score above it is an anomaly. */
export interface Threshold {
  readonly score: number;
  /** Whether the settings or the model's manifest say so. */
  readonly source: 'given' | 'model';
}

/** A model that was found and checked, or an analyzer. */
export interface ChosenModel {
  /** What actors load. */
  readonly source: ModelSource;
  /** How minutes are cut into items; null: known once the analyzer is loaded. */
  readonly input: InputSpec | null;
  /** Null: there is none, or the analyzer decides. */
  readonly threshold: Threshold | null;
  /** The bundle's digest; null: known once the analyzer is loaded. */
  readonly digest: string | null;
}

const NOT_KNOWN_YET = { input: null, threshold: null, digest: null };

/** @throws AiopsError 'model' if a bundle or bare model is invalid, 'usage' if flags do not apply to it */
export async function findModel(choice: ModelChoice): Promise<ChosenModel> {
  if (choice.kind === 'analyzer') {
    return { source: { kind: 'analyzer', module: resolve(choice.module) }, ...NOT_KNOWN_YET };
  }
  const opened = await openModel(choice.path ?? BUILT_IN_BUNDLE, choice.bare);
  const bundle = choice.threshold === null ? opened : withThreshold(opened, choice.threshold);
  const { threshold: score } = bundle.manifest.output;
  return {
    source: { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) },
    input: inputSpec(bundle.manifest),
    threshold: score === undefined ? null : { score, source: choice.threshold === null ? 'model' : 'given' },
    digest: bundle.digest,
  };
}
