import type { Analyzer, AnalyzerContext } from '#build/model/analyzer.js';

/** Scores how far the newest value is from the mean, with the window and the phases of the built-in model. */
export function createAnalyzer({ measure }: AnalyzerContext): Analyzer {
  return {
    window: 60,
    predict: (items) => {
      const deviations = measure('normalize', () => items.map(({ values }) => deviationOf(values)));
      return measure('predict', () =>
        deviations.map((score) => ({ score, anomaly: score > 3, output: [score] })),
      );
    },
  };
}

/** Of the last value from the mean, in standard deviations. */
function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return variance === 0 ? 0 : Math.abs((values.at(-1) ?? mean) - mean) / Math.sqrt(variance);
}
