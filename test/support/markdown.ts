import { posix } from 'node:path';

/** Relative links of Markdown files that lead nowhere: to a file that is not there, or to a heading that it lacks. */
export function deadLinks(files: ReadonlyMap<string, string | null>): string[] {
  const dead: string[] = [];
  for (const [path, text] of files) {
    if (text === null || !path.endsWith('.md')) continue;
    for (const link of relativeLinks(text)) if (!isAlive(path, link, files)) dead.push(`${path}: ${link}`);
  }
  return dead;
}

function isAlive(from: string, link: string, files: ReadonlyMap<string, string | null>): boolean {
  const [target = '', anchor] = decodeURI(link).split('#');
  const path = target === '' ? from : posix.join(posix.dirname(from), target);
  const text = files.get(path);
  if (text === undefined) return anchor === undefined && hasFolder(files, path);
  return anchor === undefined || (text !== null && anchorsOf(text).has(anchor));
}

function hasFolder(files: ReadonlyMap<string, string | null>, path: string): boolean {
  const inside = path.endsWith('/') ? path : `${path}/`;
  return [...files.keys()].some((file) => file.startsWith(inside));
}

function relativeLinks(text: string): string[] {
  const prose = withoutFences(text).replace(/`+[^`]*`+/g, '`');
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const defined = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm)];
  return [...inline, ...defined]
    .map(([, link = '']) => link)
    .filter((link) => !/^([a-z]+:|\/\/)/i.test(link));
}

/** The anchors of a file's headings, by GitHub's rule. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const base = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = base;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${base}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutFences(text: string): string {
  return text.replace(/^ {0,3}(```+|~~~+)[^\n]*\n[\s\S]*?^ {0,3}\1[^\n]*$/gm, '');
}

/** What stands below a heading, up to the next one of its level; '' without it. */
export function sectionOf(text: string, heading: string): string {
  const [, level = ''] = /^(#+) /.exec(heading) ?? [];
  const from = text.indexOf(`\n${heading}\n`);
  if (from < 0) return '';
  const section = text.slice(from + heading.length + 2);
  const next = section.indexOf(`\n${level} `);
  return next < 0 ? section : section.slice(0, next);
}

/** The content of a text's fenced blocks in one language. */
export const fencedBlocks = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , body = '']) => body);
