import { sealManifest, type SealedManifest } from '../model/seal.js';
import { LineFile } from '../write/line-file.js';

/**
 * Writes a bundle's sums and seal into its manifest, whole or not at all.
 *
 * @throws AiopsError 'model' where the bundle is at fault, `output_cannot_create` or `output_io` where the
 *   manifest cannot be written
 */
export async function sealBundle(dir: string): Promise<SealedManifest> {
  const sealed = await sealManifest(dir);
  const file = await LineFile.create(sealed.path);
  try {
    await file.write(sealed.text);
    await file.settle();
    await file.publish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
  return sealed;
}
