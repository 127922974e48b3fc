import type { RunProgress } from '#build/replay/resume/run-facts.js';
import { NO_USAGE } from '#build/replay/usage-meter.js';

/** A commit's state, made up but for what is given. */
export function progress(given: Partial<RunProgress>): RunProgress {
  const none = { merged: 0, rejected: 0, filtered: 0, warmup: 0, error: 0, anomalies: 0 };
  return {
    at: '2026-01-01T00:00:00.000Z',
    firstMinuteMs: 0,
    minuteMs: 0,
    counts: { records: 1, accepted: 1, minutes: 1, rows: 1, ok: 1, ...none },
    verdicts: 1,
    found: 1,
    rejects: [],
    positions: [],
    digests: [],
    quarantines: [],
    lostInARow: 0,
    incidents: { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 },
    usage: NO_USAGE,
    ended: false,
    ...given,
  };
}
