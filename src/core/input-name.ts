/** How a message names an input that was given as `-` or by its path. */
export function inputName(input: string): string {
  return input === '-' ? 'standard input' : input;
}
