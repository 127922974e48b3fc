/** Words that are written one after another, apart by blanks or line ends. */
export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
