import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { RunTimings } from '#build/measure/run-timings.js';
import { timingLine } from '#build/measure/timing-line.js';
import { judgeAgain } from '#build/replay/resume/complete-run.js';
import type { RunProgress } from '#build/replay/resume/run-facts.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';

import { runReport } from '../../support/run-report.js';
import { minuteTiming } from '../../support/timings.js';

const config = { gates: [], maxRejects: null, pace: null } as unknown as ReplayConfig;
const { summary } = runReport(2, ['a']);
const last = { counts: summary.counts, verdicts: 0, found: 0, ended: true } as RunProgress;

const minute = fc.record({
  wallMs: fc.integer({ min: 1, max: 100 }),
  dueMs: fc.option(fc.integer({ min: -90, max: 0 })),
});
const deadline = fc.integer({ min: 1, max: 120 });

test('a complete run judged by another deadline has the figures of a run made with it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(minute, { minLength: 1 }),
      deadline,
      deadline,
      async (minutes, madeMs, askedMs) => {
        const made = new RunTimings(madeMs);
        const asked = new RunTimings(askedMs);
        const lines: string[] = [];
        for (const [tick, { wallMs, dueMs }] of minutes.entries()) {
          const timing = minuteTiming([wallMs]);
          const service = { isAlone: true, dueAtMs: dueMs };
          for (const timings of [made, asked]) timings.add(timing, service);
          lines.push(timingLine({ minuteMs: tick * 60_000, timing, ...service }));
        }
        const complete = { ...summary, deadlineMs: madeMs, ...made.summary() };
        const output = {
          async *committed() {
            yield lines.map((text, i) => ({ number: i + 1, text }));
          },
        };
        const said: string[] = [];
        const again = await judgeAgain(
          { ...config, deadlineMs: askedMs },
          output,
          { summary: complete, last },
          ({ text }) => said.push(text),
        );
        assert.deepEqual(again.minutes, asked.summary().minutes);
        assert.equal(again.deadlineMs, askedMs);
        assert.equal(said.length, madeMs === askedMs ? 0 : 1);
      },
    ),
  );
});
