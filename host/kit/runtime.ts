// Time, chance and waiting as every host program sees them. A program never touches Date, setTimeout or a random
// generator of its own: in the simulator the same programs run on a virtual clock with a seed, in the field on the real
// ones.

/** A cancellable timer. */
export interface Timer {
  cancel(): void;
}

export interface Runtime {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Cryptographically strong in the field; seeded in the simulator. */
  random(lenBytes: number): Uint8Array;
  /**
   * Calls `fn` once after `delayMs`. A promise it returns is tracked (see `track`), so a loop re-arms itself at its
   * end; nothing that is tracked may wait for a timer, or virtual time would never move again.
   */
  after(delayMs: number, fn: () => void | Promise<void>): Timer;
  /** Declares work in flight: virtual time stands still until the promise settles. Answers the same promise. */
  track<T>(work: Promise<T>): Promise<T>;
}

/** Settles after so long. Not to be tracked. */
export function pause(runtime: Runtime, ms: number): Promise<void> {
  return new Promise((resolve) => void runtime.after(ms, resolve));
}

/** The field's runtime: wall clock and the operating system's random numbers. */
export function realRuntime(): Runtime {
  return {
    nowMs: () => Date.now(),
    random: (lenBytes) => globalThis.crypto.getRandomValues(new Uint8Array(lenBytes)),
    after(delayMs, fn) {
      const handle = setTimeout(() => void fn(), delayMs);
      return { cancel: () => clearTimeout(handle) };
    },
    track: (work) => work,
  };
}
