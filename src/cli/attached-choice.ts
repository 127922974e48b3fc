/**
 * Gives a flag that stands alone a value: `--flag data.csv` → `--flag=all data.csv`. Only `--flag=value` has its own.
 */
export function withValueAlone(args: readonly string[], flag: string, value: string): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => (arg === flag && (end < 0 || i < end) ? `${flag}=${value}` : arg));
}

/**
 * Lets a flag take one specific word as its optional value: `--flag word` → `--flag=word`, but
 * `--flag data.csv` → `--flag=true data.csv`. Commander would take any next argument as the value.
 */
export function withAttachedChoice(args: readonly string[], flag: string, word: string): string[] {
  const attached: string[] = [];
  for (const [i, arg] of args.entries()) {
    if (arg === '--') return [...attached, ...args.slice(i)];
    if (arg === flag) attached.push(args[i + 1] === word ? `${flag}=${word}` : `${flag}=true`);
    else if (arg !== word || args[i - 1] !== flag) attached.push(arg);
  }
  return attached;
}
