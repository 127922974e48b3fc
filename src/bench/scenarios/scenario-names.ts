/** Apart from what measures and reports them, which takes longer to load than the help that lists them. */
export const SCENARIOS = ['granularity', 'gather', 'reload', 'idle', 'pool'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];
