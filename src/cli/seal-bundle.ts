import { sealManifest, type SealedManifest } from '../model/seal.js';
import { writeWhole } from '../output/durable-files.js';

/**
 * Atomically writes a bundle's sums and seal into its manifest.
 *
 * @throws AiopsError `model` if the bundle is invalid, `output_cannot_create` or `output_io` if the manifest cannot be
 *   written
 */
export async function sealBundle(dir: string): Promise<SealedManifest> {
  const sealed = await sealManifest(dir);
  await writeWhole(sealed.path, sealed.text);
  return sealed;
}
