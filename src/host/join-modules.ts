/**
 * Makes one script of compiled modules that import only one another, in the order in which they need each other:
 * a page that stands alone has nothing to import from. Names at their top level have to differ.
 *
 * @throws RangeError where a module imports or exports in another way than tsc writes it
 */
export function joinModules(modules: readonly string[]): string {
  return modules.map(withoutModuleSyntax).join('\n');
}

function withoutModuleSyntax(text: string): string {
  const plain = text
    .replace(/^import \{[^}]*\} from '\.\/[\w-]+\.js';\n/gm, '')
    .replace(/^export (?=(?:async )?function |const |class )/gm, '');
  const left = /^(?:import|export)\b.*$/m.exec(plain);
  if (left !== null) throw new RangeError(`cannot inline ${left[0]}`);
  return plain;
}
