/**
 * An analyzer of plain arithmetic: the newest minute's distance from the mean before it, in standard deviations.
 *
 *   aiops-serve replay data.jsonl --analyzer rolling-zscore.mjs --param window=30 --param threshold=4
 */

/** @type {import('aiops-serve').CreateAnalyzer} */
export function createAnalyzer({ params, measure }) {
  const window = Number(params.window ?? 60);
  const threshold = Number(params.threshold ?? 3);
  if (!(window >= 3)) throw new Error(`--param window=${params.window}: expected at least 3 minutes`);
  if (!(threshold > 0)) throw new Error(`--param threshold=${params.threshold}: expected a number above 0`);
  return {
    name: 'rolling-zscore',
    version: '1.0.0',
    window,
    predict: (items) => measure('predict', () => items.map(({ values }) => answer(values, threshold))),
  };
}

/**
 * @param {Float64Array} values `[window]`, oldest first
 * @param {number} threshold
 * @returns {import('aiops-serve').AnalyzerAnswer}
 */
function answer(values, threshold) {
  const before = values.subarray(0, -1);
  const newest = values[before.length] ?? NaN;
  const mean = before.reduce((sum, value) => sum + value, 0) / before.length;
  const variance = before.reduce((sum, value) => sum + (value - mean) ** 2, 0) / before.length;
  const deviation = Math.sqrt(variance);
  if (deviation === 0) {
    if (newest === mean) return { score: 0, anomaly: false, output: [mean, 0] };
    return { errno: 'no_spread', errmsg: `all previous minutes are ${mean}, so ${newest} has no z-score` };
  }
  const score = Math.abs(newest - mean) / deviation;
  return { score, anomaly: score > threshold, output: [mean, deviation] };
}
