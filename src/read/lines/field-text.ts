import { splitFields } from '../text/split-fields.js';
import { eachField } from './json-fields.js';
import { isObject, parseJsonLine } from '../text/json-value.js';
import type { PartText } from './source-lines.js';
import type { FilePlan } from './plan.js';
import { valueIndex } from './roles.js';

/** The text of the field that holds the value of an index, on a line which is a row of the plan's file. */
export function fieldText({ format, delimiter, header, roles }: FilePlan): PartText {
  const names = new Map([...roles].map(([name, role]) => [valueIndex(role), name]));
  const textOf = (line: string, name: string): string => {
    if (format === 'csv') {
      const split = splitFields(line, delimiter);
      return 'fields' in split ? (split.fields[header.indexOf(name)] ?? line) : line;
    }
    const fields = parseJsonLine(line);
    if (!isObject(fields)) return line;
    let text = 'null';
    eachField(fields, (path, value) => {
      if (path === name) text = JSON.stringify(value);
    });
    return text;
  };
  return (line, index) => {
    const { text, encoding } = line.raw();
    return { text: encoding === 'utf8' ? textOf(text, names.get(index) ?? '') : text, encoding };
  };
}
