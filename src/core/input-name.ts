/** The name of an input in messages; it was given as `-` or by its path. */
export function inputName(input: string): string {
  return input === '-' ? 'standard input' : input;
}
