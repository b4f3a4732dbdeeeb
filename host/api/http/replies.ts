// Replies as bytes, kept while they are true: most calls of a customer ask again what has not changed.

import { clockOf } from '../../kit/link-adapter';
import type { Runtime } from '../../kit/runtime';
import type { CountedDb } from '../../kit/sql/changes';

/** So long what another process has written may stay unseen: by kept replies, and by kept checks of tokens. */
export const UNSEEN_MS = 1000;
const MAX_REPLIES = 1000;
/** A batch of addresses is some 65,000 bytes. */
const MAX_LASTING = 200;

export interface Replies {
  /** A reply that holds until this process writes to the database, and one second at most. */
  current(key: string, make: () => Promise<unknown>): Buffer | Promise<Buffer>;
  /** A reply that never changes once it was made; `isWhole` decides whether this one is kept. */
  lasting<T>(key: string, make: () => Promise<T>, isWhole: (made: T) => boolean): Buffer | Promise<Buffer>;
}

interface Kept {
  bytes: Buffer;
  changes: number;
  untilMs: number;
}

function bytesOf(made: unknown): Buffer {
  return Buffer.from(JSON.stringify(made));
}

export function createReplies(db: CountedDb, runtime: Runtime): Replies {
  const clock = clockOf(runtime);
  const current = new Map<string, Kept>();
  const lasting = new Map<string, Buffer>();

  async function remake(key: string, make: () => Promise<unknown>): Promise<Buffer> {
    const changes = db.changes();
    const untilMs = clock.uptimeMs() + UNSEEN_MS;
    const bytes = bytesOf(await make());
    if (current.size >= MAX_REPLIES) current.clear();
    current.set(key, { bytes, changes, untilMs });
    return bytes;
  }

  return {
    current(key, make) {
      const kept = current.get(key);
      if (kept && kept.changes === db.changes() && clock.uptimeMs() < kept.untilMs) return kept.bytes;
      return remake(key, make);
    },
    lasting(key, make, isWhole) {
      const kept = lasting.get(key);
      if (kept) return kept;
      return make().then((made) => {
        const bytes = bytesOf(made);
        if (lasting.size >= MAX_LASTING) lasting.delete(lasting.keys().next().value as string);
        if (isWhole(made)) lasting.set(key, bytes);
        return bytes;
      });
    },
  };
}
