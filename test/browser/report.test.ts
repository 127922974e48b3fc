import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { benchHtml } from '#build/bench/report/bench-page.js';
import { replayHtml } from '#build/replay/report/replay-page.js';
import { pageAssets } from '#build/host/page-assets.js';

import { benchSummary } from '../support/bench-summary.js';
import { assertFits, canvases, overflow, PHONE, suiteInBrowser } from '../support/browser.js';
import { temporaryFolder } from '../support/cli.js';
import { runReport } from '../support/run-report.js';

// What else the page does: test/heavy/browser.test.ts.
suiteInBrowser('report.html in a browser', (open) => {
  test('nothing overflows on a phone, also after turning it', async (t) => {
    const folder = temporaryFolder(t);
    const assets = await pageAssets();
    const pages = {
      replay: replayHtml(runReport(500, ['a'.repeat(80)]), assets),
      bench: benchHtml(benchSummary(), []),
    };
    for (const [name, html] of Object.entries(pages)) {
      writeFileSync(join(folder, `${name}.html`), html);
      const { page, complaints } = await open(t, join(folder, `${name}.html`), PHONE);
      assert.equal(await overflow(page), 0, name);
      for (const { drawn } of await canvases(page)) assert.ok(drawn > 100, `${name}: ${drawn} pixels`);
      await page.setViewportSize({ width: 740, height: 360 });
      await assertFits(page);
      await page.setViewportSize(PHONE.viewport);
      await assertFits(page);
      assert.deepEqual(complaints, []);
    }
  });
});
