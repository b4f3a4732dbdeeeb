// A simple phone in somebody's hand: an inbox and a way to write. Attached to the network for good, joins long texts.
import { CODING_8BIT, decodePdu, encodeSubmit, portHeader } from '../../../protocol/sms/pdu';
import { encodeText } from '../../../protocol/sms/pdu-parts';
import { createJoiner } from '../../modem/joiner';
import { byteStringOf, unicodeOf } from './message';
import type { GsmNetwork, Person, PersonSms } from './types';

/** 24 hours (3GPP TS 23.040 9.2.3.12.1). */
const VALIDITY = 0xa7;

export function createPerson(
  network: Pick<GsmNetwork, 'attach' | 'submit'>,
  number: string,
  nowMs: () => number,
): Person {
  const inbox: PersonSms[] = [];
  const listeners: ((sms: PersonSms) => void)[] = [];
  const joiner = createJoiner();
  let reference = 0;

  network.attach(number, (bytes) => {
    const pdu = decodePdu(bytes, false);
    const whole = joiner.add({
      from: unicodeOf(pdu.address),
      text: pdu.text,
      data: pdu.data,
      ref: pdu.ref,
      total: pdu.total,
      part: pdu.part,
      ack: () => undefined,
    });
    if (!whole) return true;
    const sms = {
      atMs: nowMs(),
      from: whole.from,
      text: whole.text === null ? null : unicodeOf(whole.text),
      data: whole.data,
      port: pdu.port,
    };
    inbox.push(sms);
    listeners.forEach((listener) => listener(sms));
    return true;
  });

  const post = (tpdu: Uint8Array): void => void network.submit(number, Uint8Array.from([0, ...tpdu]));
  return {
    number,
    inbox,
    send: (to, text) => encodeText(to, byteStringOf(text), ++reference & 255, VALIDITY).forEach(post),
    sendData: (to, data, port) => post(encodeSubmit(to, CODING_8BIT, portHeader(port), data, VALIDITY)),
    onSms: (listener) => void listeners.push(listener),
  };
}
