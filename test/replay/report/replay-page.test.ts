import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { replayHtml } from '#build/replay/report/replay-page.js';
import { pageAssets } from '#build/host/page-assets.js';

import { runReport } from '../../support/run-report.js';

const MONTH = 30 * 1440;
const TWELVE = Array.from({ length: 12 }, (_, i) => `target-${i}`);

describe('a replay’s page', async () => {
  const assets = await pageAssets();

  test('stays small for a month of minutes with twelve labelled targets', () => {
    const bytes = Buffer.byteLength(replayHtml(runReport(MONTH, TWELVE), assets));
    assert.ok(bytes < 300_000, `${bytes} bytes`);
  });

  test('has a policy that allows exactly its style and scripts', () => {
    const page = replayHtml(runReport(100, ['a']), assets);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    assert.match(policy, /^default-src &#39;none&#39;; /);
    const parts = [...page.matchAll(/<(style|script)>([\s\S]*?)<\/\1>/g)].map(([, , text = '']) => text);
    assert.equal(parts.length, 3);
    for (const part of parts) {
      const digest = createHash('sha256').update(part).digest('base64');
      assert.ok(policy.includes(`&#39;sha256-${digest}&#39;`));
    }
    assert.equal(policy.split('sha256-').length - 1, parts.length);
    assert.ok(!policy.includes('unsafe'));
    assert.ok(!/(?:src|href)="(?!#|data:)/.test(page), 'nothing to load');
  });

  test('contains the plotting library’s licence', () => {
    const page = replayHtml(runReport(100, ['a']), assets);
    assert.match(page, /Copyright \(c\) \d+ Leon Sorokin/);
    assert.match(page, /THE SOFTWARE IS PROVIDED "AS IS"/);
  });

  test('has no script and no verdict when nothing was served', () => {
    const { summary, ...report } = runReport(0, []);
    const page = replayHtml({ ...report, summary }, assets);
    assert.equal(summary.minutes, null);
    assert.ok(!/<script|class="verdict/.test(page));
    assert.match(page, /script-src &#39;none&#39;/);
  });

  test('shows blocks beside the minutes that were served alone', () => {
    const page = replayHtml(runReport(1000, ['a'], { aloneEvery: 100 }), assets);
    assert.match(page, /parallel, blocks of 99 minutes/);
    assert.match(page, /parallel, minutes alone/);
    assert.match(page, /A typical block: 99 minutes from 1970/);
    assert.match(page, /A typical minute: 1970/);
    assert.match(page, /"name":"minutes alone"/);
  });

  test('gives no verdict on a minute where none was served alone', () => {
    const { summary, ...report } = runReport(1000, ['a'], { aloneEvery: 100 });
    const page = replayHtml({ ...report, summary: { ...summary, minutes: null } }, assets);
    assert.ok(!/class="verdict|Headroom/.test(page));
    assert.match(page, /Items per second/);
  });

  test('says in words and with a sign whether a minute fits', () => {
    const report = runReport(100, ['a']);
    const { minutes } = report.summary;
    assert.ok(minutes !== null);
    const late = { ...report.summary, minutes: { ...minutes, headroom: 0.5 } };
    assert.match(replayHtml({ ...report, summary: late }, assets), /✗ A minute’s work misses its deadline/);
    assert.match(replayHtml(report, assets), /✓ A minute’s work meets its deadline/);
  });
});
