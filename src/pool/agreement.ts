import { isDeepStrictEqual } from 'node:util';

import { AiopsError, type Notice } from '../core/errors.js';
import type { Ready } from '../protocol/messages.js';

/** What actors must have in common for their answers to be interchangeable. */
type Facts = Pick<Ready, 'backend' | 'model' | 'input'>;

/** Whether bits depend on places is found by the check of items, which only the first actor makes. */
const KNOWN_TO_ONE: keyof Facts['backend'] = 'reproducible';

/** @throws AiopsError `backend` that names the first fact in which two actors differ. */
export function checkAgreement(actors: readonly { readonly name: string; readonly facts: Facts }[]): void {
  const [first, ...others] = actors;
  if (first === undefined) return;
  for (const other of others) {
    for (const group of ['backend', 'model', 'input'] as const) {
      const ours: Readonly<Record<string, unknown>> = { ...first.facts[group] };
      const theirs: Readonly<Record<string, unknown>> = { ...other.facts[group] };
      const field = Object.keys(ours).find(
        (name) => name !== KNOWN_TO_ONE && !isDeepStrictEqual(ours[name], theirs[name]),
      );
      if (field === undefined) continue;
      throw new AiopsError(
        'backend',
        `${first.name} and ${other.name} differ in ${group}.${field}: ` +
          `${JSON.stringify(ours[field])} and ${JSON.stringify(theirs[field])}`,
        {
          hint: 'all actors must compute alike: choose a backend with --backend, and do not change the model while a run starts',
        },
      );
    }
  }
}

/** The notices of several actors, each text once. */
export function distinctNotices(all: readonly { readonly notices: readonly Notice[] }[]): Notice[] {
  const byText = new Map(all.flatMap(({ notices }) => notices).map((notice) => [notice.text, notice]));
  return [...byText.values()];
}
