import { describeOption, SettingOption } from './command-line.js';
import { takesList } from './json-value.js';
import { flagName, type SettingGroups, type Settings } from '../settings/setting.js';

type Row = Settings[string];
type Schema = Readonly<Record<string, unknown>>;

/** A JSON Schema (draft 2020-12) of the configuration file, which may hold the settings of several commands. */
export function configSchema(commands: readonly SettingGroups[]): Schema {
  const properties: Record<string, Schema> = { $schema: { type: 'string' } };
  for (const groups of commands)
    for (const [key, row] of Object.values(groups).flatMap((settings) => Object.entries(settings))) {
      const flag = flagName(row);
      if (flag === 'config') continue;
      const schema = { ...formOf(row), description: describeOption(new SettingOption(key, row)) };
      properties[flag] = merged(properties[flag], schema);
    }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'aiops-serve.config.json: flags without their dashes, with their values',
    type: 'object',
    properties,
    additionalProperties: false,
  };
}

function formOf(row: Row): Schema {
  const { json, choices } = row.kind;
  if (json === 'switch') return { type: 'boolean' };
  if (json === 'optional-word') return { type: ['boolean', 'string'] };
  const isNumeric = json === 'number' || json === 'numbers';
  const one =
    choices === undefined ? { type: isNumeric ? ['number', 'string'] : 'string' } : { enum: choices };
  if (!takesList(row)) return one;
  const texts = { type: 'object', additionalProperties: { type: ['string', 'number'] }, minProperties: 1 };
  const list = { type: 'array', items: one, minItems: 1 };
  return { anyOf: json === 'pairs' ? [one, list, texts] : [one, list] };
}

/** Commands can have different settings of one name: `--actors` of replay is a number, of bench also a list. */
function merged(earlier: Schema | undefined, schema: Schema): Schema {
  if (earlier === undefined || JSON.stringify(earlier) === JSON.stringify(schema)) return schema;
  return { anyOf: [earlier, schema] };
}
