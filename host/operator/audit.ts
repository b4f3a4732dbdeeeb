// The audit log of HSM-Cold, checked offline: every entry's head is the hash of the head before it and of the entry, so an entry
// that was changed, removed or put in shows. Heads that were seen elsewhere (heartbeat SMS, earlier exports) pin the chain.
// The layout is firmware/cold/store.ts's.
import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';

export interface AuditEntry {
  n: number;
  unixSeconds: number;
  code: number;
  /** 255: none. */
  account: number;
  detail: Uint8Array;
  head: string;
}

export interface LogVerdict {
  ok: boolean;
  entries: number;
  first: number;
  last: number;
  head: string;
  /** What is wrong, one line each. */
  faults: string[];
}

/** Reads the lines of the console's `log`. Lines that are not of the log are left out. */
export function parseLog(lines: string[]): AuditEntry[] {
  return lines.flatMap((line) => {
    const m = /^audit (\d+) (\d+) (\d+) (\d+) (-|[0-9a-f]+) ([0-9a-f]{64})$/.exec(line);
    if (!m) return [];
    return [{ n: Number(m[1]), unixSeconds: Number(m[2]), code: Number(m[3]), account: Number(m[4]), detail: new Uint8Array(Buffer.from(m[5] === '-' ? '' : m[5]!, 'hex')), head: m[6]! }];
  });
}

function headAfter(previous: string, entry: AuditEntry): string {
  const body = Buffer.alloc(10);
  body.writeUInt32BE(entry.n, 0);
  body.writeUInt32BE(entry.unixSeconds, 4);
  body[8] = entry.code;
  body[9] = entry.account;
  return createHash('sha256').update(Buffer.from(previous, 'hex')).update(body).update(entry.detail).digest('hex');
}

/** Checks an export. pins: heads known from elsewhere, by entry number. */
export function verifyLog(lines: string[], pins: { [n: number]: string } = {}): LogVerdict {
  const entries = parseLog(lines);
  const faults: string[] = [];
  const said = lines.map((line) => /^head (\d+) ([0-9a-f]{64})$/.exec(line)).find(Boolean);
  let previous = entries[0]?.n === 1 ? '0'.repeat(64) : undefined;
  entries.forEach((entry, i) => {
    if (i > 0 && entry.n !== entries[i - 1]!.n + 1) faults.push(`entry ${entries[i - 1]!.n + 1} is missing`);
    else if (previous !== undefined && headAfter(previous, entry) !== entry.head) faults.push(`entry ${entry.n} was changed`);
    if (i > 0 && entry.unixSeconds < entries[i - 1]!.unixSeconds) faults.push(`entry ${entry.n} goes back in time`);
    if (pins[entry.n] !== undefined && !entry.head.startsWith(pins[entry.n]!)) faults.push(`entry ${entry.n} is not the one that was seen before`);
    previous = entry.head;
  });
  const last = entries[entries.length - 1];
  if (!said) faults.push('the closing line with the head is missing');
  else if (!last || Number(said[1]) !== last.n || said[2] !== last.head) faults.push('the last entries are missing');
  for (const n of Object.keys(pins).map(Number)) if (last && n > last.n) faults.push(`entry ${n}, seen before, is missing`);
  return { ok: faults.length === 0, entries: entries.length, first: entries[0]?.n ?? 0, last: last?.n ?? 0, head: last?.head ?? '', faults };
}

export interface Heartbeat {
  unixSeconds: number;
  auditEntries: number;
  /** First 16 hex digits of the audit head: a pin for verifyLog. */
  auditHead: string;
  openAccounts: number;
  accounts: number;
  signed: number;
  refused: number;
  supplyMv: number;
  rssi: number;
  /** Seconds by which the mobile network's clock is ahead of the board's; null: the network never told. */
  networkAheadS: number | null;
  /** Letters and digits of the operator's name, cut. */
  operator: string;
}

/** Reads a heartbeat SMS and checks its signature by account 0's identity; undefined when it is not what the board sent. */
export function verifyHeartbeat(text: string, identityHex: string): Heartbeat | undefined {
  const m = /^(CC:HB:(\d+):(\d+):([0-9a-f]{16}):(\d+)\/(\d+):(\d+):(\d+):(\d+):(\d+):(-|-?\d+):([A-Za-z0-9]*)):([A-Za-z0-9+/]{86}==)$/.exec(text);
  if (!m) return undefined;
  const once = createHash('sha256').update(Buffer.from(`chaincloud heartbeat\n${m[1]}`, 'latin1')).digest();
  const hash = createHash('sha256').update(once).digest();
  if (!secp256k1.verify(Uint8Array.from(Buffer.from(m[13]!, 'base64')), Uint8Array.from(hash), Uint8Array.from(Buffer.from(identityHex, 'hex')))) return undefined;
  const number = (i: number): number => Number(m[i]);
  return {
    unixSeconds: number(2), auditEntries: number(3), auditHead: m[4]!, openAccounts: number(5), accounts: number(6), signed: number(7), refused: number(8), supplyMv: number(9), rssi: number(10),
    networkAheadS: m[11] === '-' ? null : number(11), operator: m[12]!,
  };
}
