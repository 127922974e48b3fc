/**
 * Makes a flag without a value one that may have a single word as its value, and never takes the argument after it
 * for one: `--flag data.csv` → `--flag=true data.csv`, `--flag word` → `--flag=word`. For commander alone, an optional
 * value is whatever comes next.
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
