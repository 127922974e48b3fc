/** How figures are written along axes and in legends. */

export function durationText(ms: number): string {
  if (ms >= 120_000) return `${short(ms / 60_000)} min`;
  if (ms >= 1000) return `${short(ms / 1000)} s`;
  if (ms >= 1) return `${short(ms)} ms`;
  return `${short(ms * 1000)} µs`;
}

export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(1);
  return value.toLocaleString('en-US', { maximumFractionDigits: size >= 100 ? 1 : 4 });
}

/** For an axis: `1.5M`. */
export function shortNumberText(value: number): string {
  if (Math.abs(value) < 10_000) return numberText(value);
  return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 2 });
}

/** `2018-04-30 12:05`, UTC. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
