import { resolve } from 'node:path';

import type { InputSpec } from '../core/types.js';
import { BUILT_IN_BUNDLE } from '../program/files.js';
import { openModel, type BareModelFlags } from './bare-model.js';
import { manifestText } from './bundle.js';
import { inputSpec } from './manifest.js';
import type { ModelSource } from '../core/model-source.js';

/** What the settings say about who answers items. */
export type ModelChoice =
  | {
      readonly kind: 'model';
      /** A bundle folder or a bare model; null for the built-in bundle. */
      readonly path: string | null;
      /** What a bare model does not say itself; null where nothing was said. */
      readonly bare: BareModelFlags | null;
    }
  | { readonly kind: 'analyzer'; readonly module: string };

/** A choice that was looked up. */
export interface ChosenModel {
  /** For actors to load. */
  readonly source: ModelSource;
  /** How items are to be cut; null: an analyzer tells when it is set up. */
  readonly input: InputSpec | null;
  /** Above which a score is an anomaly; null: none, or an analyzer's own affair. */
  readonly threshold: number | null;
  /** What a bundle is known by; null: an analyzer tells when it is set up. */
  readonly digest: string | null;
}

const NOT_KNOWN_YET = { input: null, threshold: null, digest: null };

/** @throws AiopsError 'model' where a bundle or bare model is at fault, 'usage' where flags do not suit it */
export async function findModel(choice: ModelChoice): Promise<ChosenModel> {
  if (choice.kind === 'analyzer') {
    return { source: { kind: 'analyzer', module: resolve(choice.module) }, ...NOT_KNOWN_YET };
  }
  const bundle = await openModel(choice.path ?? BUILT_IN_BUNDLE, choice.bare);
  return {
    source: { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) },
    input: inputSpec(bundle.manifest),
    threshold: bundle.manifest.output.threshold ?? null,
    digest: bundle.digest,
  };
}
