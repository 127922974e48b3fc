import type { OptionalValue } from './settings/setting.js';

/**
 * Attaches the values of a flag that may stand alone: `--flag data.csv` → `--flag=alone data.csv`, but `--flag word` →
 * `--flag=word`. Commander would take any next argument as the value.
 */
export function withAttachedValue(
  args: readonly string[],
  flag: string,
  { alone, word }: OptionalValue,
): string[] {
  const attached: string[] = [];
  for (const [i, arg] of args.entries()) {
    if (arg === '--') return [...attached, ...args.slice(i)];
    const isWord = word !== undefined && args[i + 1] === word;
    if (arg === flag) attached.push(`${flag}=${isWord ? word : alone}`);
    else if (arg !== word || args[i - 1] !== flag) attached.push(arg);
  }
  return attached;
}
