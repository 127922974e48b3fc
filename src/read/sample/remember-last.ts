/** Remembers the result of the last value: rows of one time come together, so that most times are read once. */
export function rememberLast<Value, Result>(read: (value: Value) => Result): (value: Value) => Result {
  let last: { readonly value: Value; readonly result: Result } | null = null;
  return (value) => {
    if (last === null || last.value !== value) last = { value, result: read(value) };
    return last.result;
  };
}
