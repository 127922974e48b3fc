/** Writes schema/*.json from the program's own schemas. Needs a build. */
import { writeFile } from 'node:fs/promises';

import { format } from 'prettier';

import { BENCH_SETTINGS, REPLAY_SETTINGS } from '#build/cli/settings.js';
import { configSchema } from '#build/cli/sources/config-schema.js';
import { inspectionJsonSchema } from '#build/inspect/inspection.js';
import { manifestJsonSchema } from '#build/model/manifest.js';

const schemas = {
  'aiops-model.schema.json': manifestJsonSchema(),
  'inspect.schema.json': inspectionJsonSchema(),
  'aiops-serve.config.schema.json': configSchema([REPLAY_SETTINGS, BENCH_SETTINGS]),
};
for (const [name, schema] of Object.entries(schemas)) {
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 110 });
  await writeFile(new URL(`../schema/${name}`, import.meta.url), text);
}
