/** How many slices a plan may have. */
export const MOST_SLICES = 10_000;
