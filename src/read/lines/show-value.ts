const SHOWN_TEXT = 60;

/** A value for a message, cut if it is long. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : jsonText(value);
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
}

/** `JSON.stringify` recurses where `JSON.parse` does not, so a value that was parsed may be too deep to write. */
export function jsonText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return 'a value nested too deeply to show';
    throw error;
  }
}
