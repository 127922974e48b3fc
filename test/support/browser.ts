import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, suite, type TestContext } from 'node:test';

import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Debian's name first; the others are what the same browser is called elsewhere. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PATHS = ['/usr/bin/chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

const CHROMIUM = findChromium();
const SKIP = CHROMIUM === null && 'no Chromium on this machine: install one, or name it in CHROMIUM_PATH';

export const PHONE = { viewport: { width: 360, height: 740 } };

/** A Chromium of this machine; null where there is none. `CHROMIUM_PATH` names one that is elsewhere. */
function findChromium(): string | null {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH !== undefined) return CHROMIUM_PATH;
  const onPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...PATHS, ...onPath].find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Opens a file in the browser of a suite, until the test ends. */
export type OpenFile = (
  t: TestContext,
  file: string,
  options?: BrowserContextOptions,
) => Promise<WatchedPage>;

/** Tests that share a browser; they are skipped where there is none. */
export function suiteInBrowser(name: string, define: (open: OpenFile) => void): void {
  suite(name, { skip: SKIP }, () => {
    let browser: Browser;
    before(async () => {
      browser = await startChromium();
    });
    after(async () => browser.close());
    define((t, file, options) => openFile(t, browser, file, options));
  });
}

/** Starts it without a window; it keeps nothing and calls nobody. */
async function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox', // tests may run as root, which Chromium's sandbox refuses
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page with everything that it complained of or asked for. */
export interface WatchedPage {
  readonly page: Page;
  /** Console messages, uncaught errors, blocked loads and requests other than for the file itself. */
  readonly complaints: string[];
}

async function openFile(
  t: TestContext,
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  await page.goto(url);
  return { page, complaints };
}

/** A plot as painted. */
export interface Canvas {
  /** Pixels that are not empty. */
  readonly drawn: number;
  /** The same for the same picture. */
  readonly hash: number;
}

// What runs in the browser is text here: tests are compiled without its types.
const CANVASES = `[...document.querySelectorAll('canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return {
    drawn: data.filter((value, i) => i % 4 === 3 && value > 0).length,
    hash: data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, 0),
  };
})`;
const OVERFLOW = 'document.documentElement.scrollWidth - innerWidth';
const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';

/** The canvases of a page, once painted. */
export async function canvases(page: Page): Promise<Canvas[]> {
  await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
  return page.evaluate<Canvas[]>(CANVASES);
}

/** By how many pixels a page is too wide. */
export const overflow = (page: Page): Promise<number> => page.evaluate<number>(OVERFLOW);

/** Waits until a page fits; polls from outside, since the page's policy forbids evaluating text inside. */
export async function assertFits(page: Page): Promise<void> {
  for (let i = 0; i < 100 && (await overflow(page)) > 0; i++) await page.waitForTimeout(50);
  assert.ok((await overflow(page)) <= 0);
}

export const background = (page: Page): Promise<string> => page.evaluate<string>(BACKGROUND);
