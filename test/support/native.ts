import { openNode } from '#build/actor/backends/node.js';
import { AiopsError } from '#build/core/errors.js';
import { installedNative } from '#build/host/native/location.js';

/** Where native TensorFlow is for the program and so for tests; null: beside the program, if anywhere. */
export const native = installedNative()?.folder ?? null;

/** Why tests on native TensorFlow are left out here; false where they run. */
export async function whyNoNative(): Promise<string | false> {
  try {
    await openNode(1, native);
    return false;
  } catch (error) {
    if (error instanceof AiopsError && error.code === 'backend_missing') return error.message;
    throw error; // installed and broken is a failure, not a reason
  }
}
