// The simulator's queue of future events: a binary heap ordered by time, then by the order in which events were added,
// so that two events of the same instant always happen in the same order.

export interface QueuedEvent {
  atMs: number;
  order: number;
  fn: () => void | Promise<void>;
  cancelled: boolean;
}

export interface EventQueue {
  add(atMs: number, fn: () => void | Promise<void>): QueuedEvent;
  /** The earliest event that is not cancelled, left in place; undefined when there is none. */
  peek(): QueuedEvent | undefined;
  pop(): QueuedEvent | undefined;
  clear(): void;
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function siftUp(heap: QueuedEvent[], from: number): void {
  let i = from;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!isBefore(heap[i], heap[parent])) return;
    [heap[i], heap[parent]] = [heap[parent], heap[i]];
    i = parent;
  }
}

function siftDown(heap: QueuedEvent[]): void {
  let i = 0;
  for (;;) {
    let least = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && isBefore(heap[child], heap[least])) least = child;
    }
    if (least === i) return;
    [heap[i], heap[least]] = [heap[least], heap[i]];
    i = least;
  }
}

export function createEventQueue(): EventQueue {
  let heap: QueuedEvent[] = [];
  let order = 0;

  function pop(): QueuedEvent | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first && last && first !== last) {
      heap[0] = last;
      siftDown(heap);
    }
    return first;
  }

  return {
    add(atMs, fn) {
      const event = { atMs, order: order++, fn, cancelled: false };
      heap.push(event);
      siftUp(heap, heap.length - 1);
      return event;
    },
    peek() {
      while (heap[0]?.cancelled) pop();
      return heap[0];
    },
    pop,
    clear() {
      heap = [];
    },
  };
}
