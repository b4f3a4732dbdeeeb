// One SMS inside the simulated network: from the sender's SMS-SUBMIT, or made up by an injection, to the SMS-DELIVER
// that the other side gets. Spec: 3GPP TS 23.040 9.2.2. Leaves fates and times to network.ts.
import { CODING_8BIT, decodePdu, encodeAddress, encodeUserData, portHeader, type Pdu } from '../../../protocol/sms/pdu';
import { encodeText } from '../../../protocol/sms/pdu-parts';
import { encodeDeliver } from '../../../protocol/sms/pdu-network';
import type { Injection } from './types';

/** What travels: enough to write the SMS-DELIVER at the moment of submission and to tell people about it. */
export interface Message {
  id: number;
  from: string;
  to: string;
  dcs: number;
  hasHeader: boolean;
  userData: Uint8Array;
  /** A whole SMS-DELIVER given by an injection. */
  raw?: Uint8Array;
  octets: number;
  text: string | null;
  data: Uint8Array | null;
  port: number;
  injected: boolean;
  submittedMs: number;
}

/** Ordinary Unicode of the protocol's byte strings. */
export function unicodeOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The protocol's byte string of ordinary Unicode. */
export function byteStringOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function describe(pdu: Pdu): Pick<Message, 'octets' | 'text' | 'data' | 'port'> {
  return { octets: pdu.octets, text: pdu.text === null ? null : unicodeOf(pdu.text), data: pdu.data, port: pdu.port };
}

/** Reads an SMS-SUBMIT (service centre address first). Throws the decode errors of pdu.ts. */
export function messageOfSubmit(id: number, from: string, bytes: Uint8Array, nowMs: number): Message {
  const pdu = decodePdu(bytes, true);
  let at = 1 + bytes[0];
  const first = bytes[at];
  at += 2;
  at += 2 + ((bytes[at] + 1) >> 1);
  const dcs = bytes[at + 1];
  const format = (first >> 3) & 3;
  at += 2 + (format === 0 ? 0 : format === 2 ? 1 : 7);
  return {
    id,
    from,
    to: pdu.address,
    dcs,
    hasHeader: (first & 0x40) !== 0,
    userData: bytes.slice(at),
    ...describe(pdu),
    injected: false,
    submittedMs: nowMs,
  };
}

/** Makes the messages of an injection: several when the text takes several parts. */
export function messagesOfInjection(nextId: () => number, sms: Injection, nowMs: number): Message[] {
  const common = { from: sms.from, to: sms.to, injected: true, submittedMs: nowMs };
  if (sms.pdu) {
    return [
      {
        id: nextId(),
        ...common,
        dcs: 0,
        hasHeader: false,
        userData: sms.pdu,
        raw: sms.pdu,
        octets: sms.pdu.length,
        text: null,
        data: sms.pdu,
        port: -1,
      },
    ];
  }
  if (sms.data) {
    const header = sms.port === undefined ? null : portHeader(sms.port);
    const userData = encodeUserData(CODING_8BIT, header, sms.data);
    const octets = userData.length - 1;
    return [
      {
        id: nextId(),
        ...common,
        dcs: CODING_8BIT,
        hasHeader: header !== null,
        userData,
        octets,
        text: null,
        data: sms.data,
        port: sms.port ?? -1,
      },
    ];
  }
  const address = '+1';
  return encodeText(address, byteStringOf(sms.text ?? ''), 0x5a, -1).map((tpdu) => {
    const message = messageOfSubmit(nextId(), sms.from, Uint8Array.from([0, ...tpdu]), nowMs);
    return { ...message, ...common, userData: tpdu.slice(4 + encodeAddress(address).length) };
  });
}

/** The SMS-DELIVER that the receiver gets, service centre address first. */
export function deliverOf(message: Message, smsc: string): Uint8Array {
  if (message.raw) return message.raw;
  const unixS = Math.floor(message.submittedMs / 1000);
  return encodeDeliver({
    smsc,
    from: message.from,
    dcs: message.dcs,
    hasHeader: message.hasHeader,
    userData: message.userData,
    unixS,
  });
}
