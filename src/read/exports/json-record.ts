/** A line of JSON; of fields without a value there are none. Not by an object, in which `__proto__` is no field. */
export function jsonRecord(fields: Iterable<readonly [name: string, value: unknown]>): string {
  let line = '';
  for (const [name, value] of fields) {
    if (value === undefined) continue;
    line += `${line === '' ? '{' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `${line === '' ? '{' : line}}\n`;
}

/** The name with as many `_` behind it as it takes to be none of these. */
export function freeName(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? freeName(`${name}_`, taken) : name;
}
