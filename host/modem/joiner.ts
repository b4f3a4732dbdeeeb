// Joins the parts of concatenated SMS. Spec: 3GPP TS 23.040 9.2.3.24.1. Until it is whole a message stays in the
// modem's store, which is small: one that does not become whole is given up after PART_AGE_MS, or before when there is
// no room. Its parts are acknowledged then, which deletes them.

import { HOUR_MS } from '../../protocol/time';

/** One part, or a whole message with total 1. */
export interface Part {
  from: string;
  text: string | null;
  data: Uint8Array | null;
  ref: number;
  total: number;
  part: number;
  ack: () => void;
}

export interface Whole {
  from: string;
  text: string | null;
  data: Uint8Array | null;
  /** Acknowledges every part. */
  ack: () => void;
}

export interface Joiner {
  /** Returns the message when this was its last missing part, else null. */
  add(part: Part): Whole | null;
  /** Gives up what has waited for PART_AGE_MS. */
  giveUpOld(): void;
  /** The modem's store is full: gives up at least ROOM_PARTS parts, as far as there are. */
  makeRoom(): void;
}

export interface JoinerOptions {
  /** Time, ms. */
  nowMs?: () => number;
  /** Whether a sender is one that is waited for: what others left goes first where room is needed. Default: none is. */
  isTrusted?: (from: string) => boolean;
  /** A message was given up after so many of its parts had come. */
  onGivenUp?: (parts: number) => void;
}

/** Parts come within minutes of each other; the network may take hours over one. */
export const PART_AGE_MS = 3 * HOUR_MS;
/** A quarter of a usual SIM. */
const ROOM_PARTS = 5;
const MAX_OPEN = 16;

interface Open {
  from: string;
  sinceMs: number;
  /** By number, 1.. */
  parts: Map<number, Part>;
}

function join(parts: Part[]): Whole {
  const isText = parts.every((part) => part.text !== null);
  return {
    from: parts[0].from,
    text: isText ? parts.map((part) => part.text).join('') : null,
    data: isText ? null : new Uint8Array(Buffer.concat(parts.map((part) => part.data ?? new Uint8Array(0)))),
    ack: () => parts.forEach((part) => part.ack()),
  };
}

function isSame(one: Part, other: Part): boolean {
  return one.text === other.text && Buffer.compare(one.data ?? Buffer.of(), other.data ?? Buffer.of()) === 0;
}

export function createJoiner(options: JoinerOptions = {}): Joiner {
  const { nowMs = () => 0, isTrusted = () => false, onGivenUp } = options;
  /** In the order in which their last parts came. */
  const open = new Map<string, Open>();

  function giveUp(key: string): number {
    const parts = [...open.get(key)!.parts.values()];
    open.delete(key);
    parts.forEach((part) => part.ack());
    onGivenUp?.(parts.length);
    return parts.length;
  }

  /**
   * The oldest message of the sender with the most parts: what one sender fills costs the others nothing. One who is
   * trusted only when nobody else has any.
   */
  function leastWanted(): string | undefined {
    const strangers = [...open.keys()].filter((key) => !isTrusted(open.get(key)!.from));
    const keys = strangers.length ? strangers : [...open.keys()];
    const counts = new Map<string, number>();
    for (const { from, parts } of keys.map((key) => open.get(key)!))
      counts.set(from, (counts.get(from) ?? 0) + parts.size);
    const most = Math.max(0, ...counts.values());
    return keys.find((key) => counts.get(open.get(key)!.from) === most);
  }

  return {
    add(part) {
      if (part.total === 1) return join([part]);
      const key = `${part.from} ${part.ref} ${part.total} ${part.text === null}`;
      const message = open.get(key) ?? { from: part.from, sinceMs: nowMs(), parts: new Map<number, Part>() };
      const before = message.parts.get(part.part);
      if (before && isSame(before, part)) {
        part.ack();
        return null;
      }
      // The reference has come round: the part belongs to a newer message.
      before?.ack();
      message.parts.set(part.part, part);
      open.delete(key);
      if (message.parts.size === part.total) {
        return join([...message.parts.keys()].sort((a, b) => a - b).map((number) => message.parts.get(number)!));
      }
      open.set(key, message);
      if (open.size > MAX_OPEN) giveUp(leastWanted()!);
      return null;
    },
    giveUpOld() {
      for (const [key, { sinceMs }] of [...open]) if (nowMs() - sinceMs >= PART_AGE_MS) giveUp(key);
    },
    makeRoom() {
      for (let room = 0; room < ROOM_PARTS && open.size > 0;) room += giveUp(leastWanted()!);
    },
  };
}
