/** In a separate module so that `--help` does not load the scenarios. */
export const SCENARIOS = ['granularity', 'gather', 'reload', 'idle', 'pool'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];
