import { AiopsError } from '../core/errors.js';
import type { STDOUT } from './settings/reporting.js';
import type { ValuesOf } from './settings/setting.js';

export type StdoutForm = 'text' | 'json' | 'csv' | 'markdown';

/** @throws AiopsError `usage` if several are given */
export function stdoutForm(values: ValuesOf<typeof STDOUT>): StdoutForm {
  const wanted = (['json', 'csv', 'markdown'] as const).filter((form) => values[form]);
  const [first, second] = wanted;
  if (second === undefined) return first ?? 'text';
  throw new AiopsError('usage', `--${first} and --${second} both choose the form of the report`, {
    hint: 'drop one of them; the output folder has the other figures',
  });
}
