import { oneLine } from '../../../core/one-line.js';
import type { Foreign } from './foreign.js';

const DOWNLOAD = { command: null, output: 'lines.jsonl', isSure: true, isNeverRead: true } as const;

/** What a download saves besides the data, or instead of it, by its first line; null: nothing is known of it. */
export function foreignDownload(first: string): Foreign | null {
  return httpHeaders(first) ?? htmlPage(first);
}

/** What `curl -i` saves. */
function httpHeaders(first: string): Foreign | null {
  if (!/^HTTP\/\d(?:\.\d)? \d{3}\b/.test(first)) return null;
  return {
    ...DOWNLOAD,
    what: `an answer below its HTTP headers (${oneLine(first.trim())})`,
    remedy: 'save the answer without its headers: leave out -i (--include) of curl',
  };
}

/** What a browser, or a download without a login, saves. */
function htmlPage(first: string): Foreign | null {
  if (!/^\s*(?:<!doctype html|<html)\b/i.test(first)) return null;
  return {
    ...DOWNLOAD,
    what: 'an HTML page',
    remedy:
      'open it in a browser: it may be a login page or an error; then log in, or send the token along, and export the data again',
  };
}
