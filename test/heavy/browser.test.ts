import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { benchHtml } from '#build/bench/report/bench-page.js';
import { replayHtml } from '#build/replay/report/replay-page.js';
import { pageAssets } from '#build/host/page-assets.js';

import { benchSummary } from '../support/bench-summary.js';
import { background, canvases, overflow, PHONE, suiteInBrowser } from '../support/browser.js';
import { recording, runCli, temporaryFolder } from '../support/cli.js';
import { runReport } from '../support/run-report.js';
import { mismatchedFigures } from '../support/shown-figures.js';

/** A name that would run code in three ways if it were not escaped. */
const HOSTILE = `</script><img src=x onerror=alert(1)>"'<svg onload=alert(2)>`;

suiteInBrowser('report.html in a browser', (open) => {
  test('of a real replay: plots are drawn, figures are those of timing.json, nothing is loaded', async (t) => {
    const cwd = temporaryFolder(t);
    const flags = ['--backend', 'wasm', '--actors', '2', '--compare-time', '1s', '--out', 'out'];
    const result = await runCli(['replay', recording('real-day.csv'), ...flags], { cwd });
    assert.equal(result.status, 0, result.stderr);
    const file = join(cwd, 'out/report.html');
    const { page, complaints } = await open(t, file, { colorScheme: 'light' });

    const light = await canvases(page);
    assert.equal(light.length, 5, 'times, values and scores; values and scores around an event');
    for (const { drawn } of light) assert.ok(drawn > 2000, `${drawn} pixels`);
    assert.ok((await page.locator('svg.lane .segment rect').count()) >= 4);
    assert.ok((await page.locator('svg.chart .mark').count()) >= 1);

    const summary: unknown = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8'));
    const { compared, wrong } = await mismatchedFigures(page, summary);
    assert.deepEqual(wrong, []);
    assert.ok(compared > 80, `${compared} figures`);

    await page.selectOption('#target-choice', '1');
    const other = await canvases(page);
    const changed = other.filter(({ hash }, i) => hash !== light[i]?.hash);
    assert.equal(changed.length, 2, 'values and scores of the target');
    assert.deepEqual(complaints, []);
  });

  test('plots are redrawn for light, dark and paper, and paper is light', async (t) => {
    const file = join(temporaryFolder(t), 'report.html');
    writeFileSync(file, replayHtml(runReport(500, ['a', 'b']), await pageAssets()));
    const { page, complaints } = await open(t, file, { colorScheme: 'light' });
    const [light, lightGround] = [await canvases(page), await background(page)];
    await page.emulateMedia({ colorScheme: 'dark' });
    const [dark, darkGround] = [await canvases(page), await background(page)];
    assert.notEqual(darkGround, lightGround);
    dark.forEach(({ hash, drawn }, i) => {
      assert.notEqual(hash, light[i]?.hash);
      assert.ok(drawn > 2000);
    });

    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    const [paper, paperGround] = [await canvases(page), await background(page)];
    assert.equal(paperGround, lightGround);
    paper.forEach(({ hash }, i) => assert.notEqual(hash, dark[i]?.hash));
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    assert.deepEqual(await canvases(page), dark);

    await page.evaluate(`addEventListener('beforeprint', () => document.body.classList.add('told'))`);
    const pdf = await page.pdf({ format: 'A4' });
    assert.equal(pdf.subarray(0, 5).toString('latin1'), '%PDF-');
    assert.ok(pdf.length > 20_000, `${pdf.length} bytes`);
    assert.equal(await page.locator('body.told').count(), 1, 'printing tells the page beforehand');
    assert.deepEqual(await canvases(page), dark);
    assert.deepEqual(complaints, []);
  });

  test('of a real benchmark: figures are those of bench.json', async (t) => {
    const cwd = temporaryFolder(t);
    const flags = ['--backend', 'wasm', '--actors', '2', '--items', '20', '--rounds', '3', '--time', '50ms'];
    const result = await runCli(['bench', ...flags], { cwd });
    assert.equal(result.status, 0, result.stderr);
    const { page, complaints } = await open(t, join(cwd, 'bench.aiops/report.html'), PHONE);
    const summary: unknown = JSON.parse(readFileSync(join(cwd, 'bench.aiops/bench.json'), 'utf8'));
    const { compared, wrong } = await mismatchedFigures(page, summary);
    assert.deepEqual(wrong, []);
    assert.ok(compared > 80, `${compared} figures`);
    assert.equal(await overflow(page), 0);
    assert.deepEqual(complaints, []);
  });

  test('of a benchmark: marks are drawn and figures are those of bench.json', async (t) => {
    const file = join(temporaryFolder(t), 'report.html');
    const summary = benchSummary();
    writeFileSync(file, benchHtml(summary, []));
    const { page, complaints } = await open(t, file);
    const { compared, wrong } = await mismatchedFigures(page, JSON.parse(JSON.stringify(summary)));
    assert.deepEqual(wrong, []);
    assert.ok(compared > 80, `${compared} figures`);
    assert.equal(await page.locator('.range .dots circle').count(), 40, 'four arms of ten rounds');
    for (const mark of await page.locator('.range .dots circle, .chart .mark, .segment rect').all()) {
      const box = await mark.boundingBox();
      assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 1280, 'a mark inside the page');
    }
    assert.deepEqual(complaints, []);
  });

  test('hostile names of targets, columns and files stay text', async (t) => {
    const cwd = temporaryFolder(t);
    const name = `<img src=x onerror=alert(3)>".csv`;
    const target = HOSTILE.replaceAll('"', '""');
    const lines = Array.from({ length: 80 }, (_, minute) => {
      const time = new Date(Date.UTC(2020, 0, 1) + minute * 60_000).toISOString();
      return `${time},"${target}",${minute === 70 ? 1000 : 10 + (minute % 3)},${minute === 70 ? 1 : 0}`;
    });
    mkdirSync(join(cwd, 'in'));
    writeFileSync(join(cwd, 'in', name), `timestamp,target,"${target}",label\n${lines.join('\n')}\n`);
    const result = await runCli(
      ['replay', join('in', name), '--backend', 'wasm', '--actors', '1', '--compare', 'none', '--out', 'out'],
      { cwd },
    );
    assert.equal(result.status, 0, result.stderr);
    const { page, complaints } = await open(t, join(cwd, 'out/report.html'), PHONE);
    assert.equal(await page.locator('#target-choice option').first().textContent(), HOSTILE);
    assert.equal(await page.locator('img').count(), 0);
    assert.ok((await page.title()).includes(name));
    assert.ok((await page.locator('.u-legend').allTextContents()).some((text) => text.includes(HOSTILE)));
    assert.equal((await canvases(page)).length, 5);
    assert.equal(await overflow(page), 0);
    assert.deepEqual(complaints, []);
  });
});
