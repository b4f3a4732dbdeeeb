// Joins the parts of concatenated SMS. Spec: 3GPP TS 23.040 9.2.3.24.1. A part that came twice is acknowledged and
// dropped; at most MAX_OPEN messages are kept open, the oldest makes room (its parts stay unacknowledged in the modem's
// store).

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
  /** Answers the message when this was its last missing part, else null. */
  add(part: Part): Whole | null;
}

const MAX_OPEN = 16;

function join(parts: Part[]): Whole {
  const isText = parts.every((part) => part.text !== null);
  return {
    from: parts[0]!.from,
    text: isText ? parts.map((part) => part.text).join('') : null,
    data: isText ? null : new Uint8Array(Buffer.concat(parts.map((part) => part.data ?? new Uint8Array(0)))),
    ack: () => parts.forEach((part) => part.ack()),
  };
}

export function createJoiner(): Joiner {
  const open = new Map<string, Part[]>();
  return {
    add(part) {
      if (part.total === 1) return join([part]);
      const key = `${part.from} ${part.ref} ${part.total} ${part.text === null}`;
      const parts = open.get(key) ?? [];
      if (parts[part.part]) {
        part.ack();
        return null;
      }
      parts[part.part] = part;
      open.delete(key);
      if (Object.keys(parts).length === part.total) return join(parts.slice(1));
      open.set(key, parts);
      if (open.size > MAX_OPEN) open.delete([...open.keys()][0]!);
      return null;
    },
  };
}
