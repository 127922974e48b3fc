import assert from 'node:assert/strict';

import type { TraceEvent } from '#build/report/trace.js';

export type Slice = TraceEvent & { readonly ts: number; readonly dur: number };

/** Reads a whole trace. */
export function traceEvents(text: string): TraceEvent[] {
  return JSON.parse(text) as TraceEvent[];
}

export function isSlice(event: TraceEvent): event is Slice {
  return event.ph === 'X';
}

/** Slices by lane, in the order of the trace. */
export function lanesOf(events: readonly TraceEvent[]): Map<string, Slice[]> {
  const lanes = new Map<string, Slice[]>();
  for (const event of events.filter(isSlice)) {
    const key = `${event.pid}/${event.tid}`;
    lanes.set(key, [...(lanes.get(key) ?? []), event]);
  }
  return lanes;
}

/** Fails unless any two slices of a lane nest or are apart, to the nanosecond. */
export function assertLanesNest(events: readonly TraceEvent[]): void {
  for (const slices of lanesOf(events).values()) {
    const spans = slices.map(({ name, ts, dur }) => {
      const startNs = Math.round(ts * 1000);
      return { name, startNs, endNs: startNs + Math.round(dur * 1000) };
    });
    // What starts at the same time is in the order of the trace: the outer one first.
    const inOrder = spans.toSorted((a, b) => a.startNs - b.startNs);
    const open: typeof spans = [];
    for (const span of inOrder) {
      let around = open.at(-1);
      while (around !== undefined && around.endNs <= span.startNs) {
        open.pop();
        around = open.at(-1);
      }
      assert.ok(span.endNs >= span.startNs, `${span.name} ends before it starts`);
      assert.ok(
        around === undefined || span.endNs <= around.endNs,
        `${JSON.stringify(span)} overlaps ${JSON.stringify(around)}`,
      );
      open.push(span);
    }
  }
}

/** Lengths of the ways beside the lanes, µs, by name and chunk. */
export function waysOf(events: readonly TraceEvent[]): Map<string, number> {
  const ways = new Map<string, number>();
  for (const { ph, name, id, ts = NaN } of events) {
    if (ph !== 'b' && ph !== 'e') continue;
    const key = `${name} ${id}`;
    ways.set(key, (ways.get(key) ?? 0) + (ph === 'b' ? -ts : ts));
  }
  return ways;
}
