import ts from 'typescript';

/**
 * A TypeScript source with everything but its strings, template parts and comments made unreadable. Lines and offsets
 * stay; strings joined by `+` read as one, and so do the lines of a comment.
 */
export function proseOf(source: string): string {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  /** What is shown in place of the source from an offset on, as long as what it replaces. */
  const shown = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isToken(node)) {
      for (const { pos, end } of commentsAround(node, source)) {
        shown.set(pos, withoutMarks(source.slice(pos, end)));
      }
      const text = readable(node);
      if (text !== null) shown.set(node.getStart(file), text);
    }
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  let prose = '';
  for (const [from, text] of [...shown].sort(([a], [b]) => a - b)) {
    prose += source.slice(prose.length, from).replace(/\S/g, '\0') + text;
  }
  return prose + source.slice(prose.length).replace(/\S/g, '\0');
}

function commentsAround(token: ts.Node, source: string): ts.CommentRange[] {
  return [
    ...(ts.getLeadingCommentRanges(source, token.getFullStart()) ?? []),
    ...(ts.getTrailingCommentRanges(source, token.getEnd()) ?? []),
  ];
}

/** The text of a token that people may read, as long as the token; null: code. */
function readable(token: ts.Node): string | null {
  if (token.kind === ts.SyntaxKind.PlusToken) return ' ';
  if (ts.isImportDeclaration(token.parent) || ts.isExportDeclaration(token.parent)) return null;
  if (ts.isStringLiteral(token)) return ` ${token.getText().slice(1, -1)} `;
  return ts.isTemplateLiteralToken(token) ? token.getText().replace(/^[`}]|(`|\$\{)$/g, blanks) : null;
}

/** A test file with everything but the names of its tests and suites blanked; lines and offsets stay. */
export function testNamesOf(source: string): string {
  const file = ts.createSourceFile('source.test.ts', source, ts.ScriptTarget.Latest, true);
  let names = source.replace(/\S/g, '\0');
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const [name] = node.arguments;
      if (NAMING.has(node.expression.text) && name !== undefined && isText(name)) {
        names = names.slice(0, name.getStart()) + name.getText() + names.slice(name.end);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

const NAMING: ReadonlySet<string> = new Set(['test', 'suite', 'it', 'describe']);

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** A comment without the marks that begin it, end it, or lead its lines. */
function withoutMarks(comment: string): string {
  return comment.replace(/^\/\/|^\/\*+|\*+\/$|(?<=\n[ \t]*)\*(?!\/)/g, blanks);
}

const blanks = (text: string): string => ' '.repeat(text.length);
