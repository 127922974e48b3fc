/** A quoted name, in which a quote is doubled, or one without comma. */
const NAME = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/y;

/** Names separated by commas, in quotes if they have commas themselves; null: one of them is empty, or ends amiss. */
export function commaSeparated(text: string): string[] | null {
  const parts: string[] = [];
  for (NAME.lastIndex = 0; NAME.lastIndex < text.length || text.endsWith(',');) {
    const [found, quoted, bare = ''] = NAME.exec(text) ?? [];
    const part = quoted?.replaceAll('""', '"') ?? bare.trim();
    if (found === undefined || part === '') return null;
    parts.push(part);
    if (!found.endsWith(',') && NAME.lastIndex >= text.length) break;
  }
  return parts.length === 0 ? null : parts;
}
