// Sending: a text or data as one SMS-SUBMIT, put into the queue that all modems of a board share. Spec: 3GPP TS 23.040
// 9.2.3. Leaves the queue's rules to outbox.ts.
import { fail } from '../../protocol/errors';
import { CODING_8BIT, CODING_GSM7, encodeSubmit, portHeader } from '../../protocol/sms/pdu';
import { septetsOfText } from '../../protocol/sms/pdu-alphabet';
import { queueSend } from './outbox';
import { Outbox } from './state';
import { SendDone } from './types';

/** 24 hours (3GPP TS 23.040 9.2.3.12.1). */
export const VALIDITY_DAY = 0xa7;

/**
 * Queues a text of at most 160 septets. Throws `pdu-address`, `pdu-length`, `pdu-text` (not GSM-7), `modem-queue-full`.
 */
export function sendText(outbox: Outbox, to: string, text: string, done: SendDone | null, isKept: boolean): void {
  const septets = septetsOfText(text);
  if (!septets) throw fail('pdu-text', 'characters of GSM-7');
  queueSend(outbox, encodeSubmit(to, CODING_GSM7, null, septets, VALIDITY_DAY), done, isKept);
}

/** Queues data, at most 133 bytes, to a port. Throws `pdu-address`, `pdu-length`, `modem-queue-full`. */
export function sendData(
  outbox: Outbox,
  to: string,
  data: { port: number; bytes: Uint8Array },
  done: SendDone | null,
  isKept: boolean,
): void {
  queueSend(outbox, encodeSubmit(to, CODING_8BIT, portHeader(data.port), data.bytes, VALIDITY_DAY), done, isKept);
}
