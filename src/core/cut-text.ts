/** The text, or its beginning and `…` if it has more characters than that. */
export function cutText(text: string, mostCharacters: number): string {
  const characters = Array.from(text); // never half of a surrogate pair
  return characters.length <= mostCharacters ? text : `${characters.slice(0, mostCharacters - 1).join('')}…`;
}
