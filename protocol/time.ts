// Units of time.

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const DAY_SECONDS = 86_400;
export const DAY_MINUTES = 1440;

/** How far ahead of the clock a withdrawal's number may be. V holds what is further ahead, and a new mark covers it. */
export const NUMBER_AHEAD_MS = 600_000;
