export const ZSCORE_DEFAULTS = { epsilon: 1e-8 } as const;

export const ROBUST_DEFAULTS = { madScale: 1.4826, spreadFloor: 0.1, levelFloor: 1e-10 } as const;
