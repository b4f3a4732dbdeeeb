// The daily heartbeat SMS of HSM-Cold, checked offline: signed by account 0's identity, it says how many entries the
// audit log had and how its head began, so it pins the log for audit.ts. The text is
// firmware/cold/alarms/heartbeat.ts's.
import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import { RADIO_NAMES } from '../../protocol/wire';
import type { AuditPin } from './audit';

export interface Heartbeat {
  unixSeconds: number;
  auditEntries: number;
  /** First 16 hex digits of the audit head: a pin for verifyLog (audit.ts). */
  auditHead: string;
  openAccounts: number;
  accounts: number;
  /** Counted since the board's last start: they begin at 0 again when `starts` is another. At most 99,999. */
  signed: number;
  refused: number;
  /** 0: there was no room. */
  supplyMv: number;
  rssi: number;
  /** Radio technology by which the SMS left, a name of protocol/wire; null: an earlier image sent it. */
  radio: string | null;
  /**
   * Seconds by which the mobile network's clock is ahead of the board's, at most 99,999 either way; null: the network
   * never told, or there was no room.
   */
  networkAheadS: number | null;
  /** Letters and digits of the operator's name, cut. */
  operator: string;
  /** How often the board has started; null: an earlier image sent it, or there was no room. */
  starts: number | null;
}

/** The text of a heartbeat: what is signed, with its fields, then the signature. */
const HEARTBEAT = new RegExp(
  '^(CC:HB:(\\d+):(\\d+):([0-9a-f]{16}):(\\d+)/(\\d+):(\\d+):(\\d+):(\\d+):(\\d+)(?:/(\\d))?:(-|-?\\d+):' +
    '([A-Za-z0-9]*)(?::(\\d+))?):([A-Za-z0-9+/]{86}==)$',
);

/**
 * Reads a heartbeat SMS and checks its signature by account 0's identity; undefined when it is not what the board sent.
 */
export function verifyHeartbeat(text: string, identityHex: string): Heartbeat | undefined {
  const m = HEARTBEAT.exec(text);
  if (!m) return undefined;
  const once = createHash('sha256')
    .update(Buffer.from(`chaincloud heartbeat\n${m[1]}`, 'latin1'))
    .digest();
  const hash = createHash('sha256').update(once).digest();
  if (
    !secp256k1.verify(
      Uint8Array.from(Buffer.from(m[15], 'base64')),
      Uint8Array.from(hash),
      Uint8Array.from(Buffer.from(identityHex, 'hex')),
    )
  )
    return undefined;
  const number = (i: number): number => Number(m[i]);
  return {
    unixSeconds: number(2),
    auditEntries: number(3),
    auditHead: m[4],
    openAccounts: number(5),
    accounts: number(6),
    signed: number(7),
    refused: number(8),
    supplyMv: number(9),
    rssi: number(10),
    radio: m[11] === undefined ? null : (RADIO_NAMES[number(11)] ?? null),
    networkAheadS: m[12] === '-' ? null : number(12),
    operator: m[13],
    starts: m[14] === undefined ? null : number(14),
  };
}

/**
 * The pins of heartbeats, one a text. identityHex: account 0's identity, compressed. A text that this identity did not
 * sign is a fault and pins nothing; one that the board sent before it had an account carries no signature, and is a
 * note.
 */
export function pinsOfHeartbeats(
  texts: string[],
  identityHex: string,
): { pins: AuditPin[]; faults: string[]; notes: string[] } {
  const pins: AuditPin[] = [];
  const faults: string[] = [];
  const notes: string[] = [];
  texts.forEach((text, i) => {
    const heartbeat = verifyHeartbeat(text, identityHex);
    if (heartbeat) pins.push({ n: heartbeat.auditEntries, head: heartbeat.auditHead });
    else if (/^CC:HB:[^ ]*:-$/.test(text)) notes.push(`heartbeat ${i + 1} carries no signature, so it says nothing`);
    else faults.push(`heartbeat ${i + 1} is not signed by this identity`);
  });
  return { pins, faults, notes };
}
