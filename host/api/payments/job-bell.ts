// Notifies listeners of jobs, now or when they are due. Without listeners it sets no timer.

import type { Runtime, Timer } from '../../kit/runtime';

export interface JobBell {
  added(delayMs?: number): void;
  listen(listener: () => void): void;
  close(): void;
}

export function createJobBell(runtime: Runtime): JobBell {
  const listeners: (() => void)[] = [];
  const timers = new Set<Timer>();
  const ring = (): void => listeners.forEach((listener) => listener());
  return {
    added(delayMs = 0) {
      if (delayMs === 0) return ring();
      if (listeners.length === 0) return;
      const timer = runtime.after(delayMs, () => {
        timers.delete(timer);
        ring();
      });
      timers.add(timer);
    },
    listen: (listener) => void listeners.push(listener),
    close: () => timers.forEach((timer) => timer.cancel()),
  };
}
