import { sealManifest, type SealedManifest } from '../model/seal.js';
import { writeWhole } from '../output/durable-files.js';

/**
 * Writes a bundle's sums and seal into its manifest, whole or not at all.
 *
 * @throws AiopsError 'model' where the bundle is at fault, `output_cannot_create` or `output_io` where the
 *   manifest cannot be written
 */
export async function sealBundle(dir: string): Promise<SealedManifest> {
  const sealed = await sealManifest(dir);
  await writeWhole(sealed.path, sealed.text);
  return sealed;
}
