import { INSTALLED_BYTES } from '../host/native/recipe.js';
import { durationText, figures, sizeText } from '../report/format.js';
import type { TestPrediction } from '../native/predict.js';
import type { InstallPlan, InstallRequest } from '../native/install.js';
import type { NativeInventory } from '../native/status.js';

/** What `native status` prints before its prediction. */
export function inventoryLines({ folder, install, damagedReceipt, npm, used }: NativeInventory): string[] {
  return [
    ...(install === null
      ? [`cache        nothing installed in ${folder ?? 'a cache folder: no home folder is known'}`]
      : [
          `cache        ${install.folder}`,
          `             tfjs-node ${install.receipt.tfjsNode} with TensorFlow ${install.receipt.tensorflow}, ` +
            `${sizeText(install.receipt.sizeBytes)}, installed ${install.receipt.installedAt}`,
        ]),
    ...(damagedReceipt === null
      ? []
      : [`             ${damagedReceipt} cannot be read; native install replaces it`]),
    `npm package  ${npmText(npm)}`,
    `used         ${USED[used]}`,
  ];
}

const USED = { cache: 'the one in the cache', npm: 'the npm package', none: 'none' } as const;

function npmText(npm: NativeInventory['npm']): string {
  if (npm.kind === 'absent') return '@tensorflow/tfjs-node is not installed';
  const what = `@tensorflow/tfjs-node ${npm.version} in ${npm.folder}`;
  return npm.kind === 'present' ? what : `${what}, without its native addon`;
}

/** The score, time and backend of a prediction. */
export function predictionText({ score, predictMs, startMs, backend }: TestPrediction): string {
  const versions = Object.entries(backend.versions).map(([name, version]) => `${name} ${version}`);
  return (
    `score ${figures(score)} in ${durationText(predictMs)} on ${backend.name} (${versions.join(', ')}), ` +
    `actor started in ${durationText(startMs)}`
  );
}

/** What `native install --dry-run` prints. */
export function planLines(plan: InstallPlan, request: InstallRequest): string[] {
  const { found, missing } = plan.tools;
  const plannedFate = request.force ? '--force replaces it' : 'it is kept if it works';
  const present =
    plan.present === null ? [] : [`already installed in ${plan.present.folder}: ${plannedFate}`];
  return [
    `would install into ${plan.folder} (about ${sizeText(INSTALLED_BYTES)}; ${sizeText(plan.freeBytes)} free)`,
    ...present,
    'with',
    ...[...found.values()].map(({ path, version }) => `  ${path}: ${version}`),
    ...missing.flatMap(({ need, reason }) => [
      `  missing: ${need.title} (${need.why}): ${reason}`,
      ...need.howToGet.map((line) => `    ${line}`),
    ]),
    'in these steps',
    ...plan.steps.map(({ title }, index) => `  ${index + 1}. ${title}`),
    'nothing was changed',
  ];
}
