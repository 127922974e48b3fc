/** Writes schema/aiops-model.schema.json from the program's own manifest schema. Needs a build. */
import { writeFile } from 'node:fs/promises';

import { format } from 'prettier';

import { manifestJsonSchema } from '#dist/model/manifest.js';

const path = new URL('../schema/aiops-model.schema.json', import.meta.url);
await writeFile(
  path,
  await format(JSON.stringify(manifestJsonSchema()), { parser: 'json', printWidth: 110 }),
);
