import { AiopsError } from '../core/errors.js';

/** The flags that choose what goes to standard output in place of the report for people. */
export interface StdoutFlags {
  readonly json: boolean;
  readonly csv: boolean;
  readonly markdown: boolean;
}

export type StdoutForm = 'text' | 'json' | 'csv' | 'markdown';

/** @throws AiopsError `usage` where more than one is wanted */
export function stdoutForm(flags: StdoutFlags): StdoutForm {
  const wanted = (['json', 'csv', 'markdown'] as const).filter((form) => flags[form]);
  const [first, second] = wanted;
  if (second === undefined) return first ?? 'text';
  throw new AiopsError('usage', `--${first} and --${second} both say what goes to standard output`, {
    hint: 'leave one of them out; the files of the output folder hold the rest',
  });
}
