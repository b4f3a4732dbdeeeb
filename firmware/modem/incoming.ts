// What comes from the modem: values in its lines, and SMS from its store to the handler. Spec: 3GPP TS 27.005 3.4, 3.5, 27.007.
// Leaves final results and the choice of commands to modem.ts, lines to lines.ts, PDUs to protocol/sms/pdu.ts.
import { Pdu, bytesOfHex, decodePdu } from '../../protocol/sms/pdu';
import { arm, begin, setRegistered, tell } from './drive';
import { numberIn, quotedIn, timeOf } from './lines';
import {
  COMMAND_NONE, COMMAND_SEND, MAX_PLACES, Modem, STATE_READY, STAT_BAD_SMS, STAT_CAPACITY, STAT_RECEIVED, STAT_RSSI, STAT_STORED, STAT_SUPPLY_MV, STAT_TIME,
  STEP_PIN,
} from './state';
import { ModemSms } from './types';

/** Reads of a place before it is left until the next look at the store. */
export const READ_TRIES = 3;
/** What one reading that came whole and makes no sense adds to `failures`; a reading cut or mangled on the line adds one. */
const SENSELESS = 16;

/**
 * Decodes what +CMGR gave and hands it over, in an event of its own: nothing of the driver is on the stack then, and it goes
 * on whatever the handler does. What came whole and cannot be understood READ_TRIES times is deleted; what came mangled is left
 * in the store, where the next look finds it again.
 */
export function handOver(modem: Modem): void {
  const place = modem.reads[0];
  const number = modem.stats[STAT_RECEIVED] + 1;
  let pdu: Pdu | null = null;
  let isWhole = false;
  try {
    const bytes = bytesOfHex(modem.pdu);
    modem.pdu = '';
    isWhole = bytes.length === modem.pduBytes + 1 + bytes[0];
    if (isWhole) pdu = decodePdu(bytes, false);
  } catch (error) {
    pdu = null;
  }
  modem.command = COMMAND_NONE;
  arm(modem, 0);
  if (!pdu || pdu.status >= 0) {
    modem.failures += isWhole ? SENSELESS : 1;
    const isSenseless = modem.failures >= READ_TRIES * SENSELESS;
    if (!isSenseless && modem.failures % SENSELESS < READ_TRIES) return;
    if (isSenseless) {
      modem.deletes.push(place);
      modem.stats[STAT_BAD_SMS]++;
      tell(modem, 'bad-sms', modem.stats[STAT_BAD_SMS]);
    }
  }
  modem.failures = 0;
  modem.reads.splice(0, 1);
  if (!pdu || pdu.status >= 0) return;
  modem.stats[STAT_RECEIVED] = number;
  modem.handed.push(place);
  modem.handedNumbers.push(number);
  const sms = pdu as Pdu & ModemSms;
  sms.from = pdu.address;
  sms.modem = modem.index;
  modem.opts.onSms(sms, function () {
    const at = modem.handedNumbers.indexOf(number);
    if (at < 0) return;
    modem.deletes.push(modem.handed[at]);
    modem.handed.splice(at, 1);
    modem.handedNumbers.splice(at, 1);
    modem.outbox.wake[modem.index]();
  });
}

/** Keeps a place of the store in mind, once. */
function rememberPlace(modem: Modem, place: number): void {
  if (place < 1 || modem.reads.length >= MAX_PLACES) return;
  if (modem.reads.indexOf(place) < 0 && modem.handed.indexOf(place) < 0 && modem.deletes.indexOf(place) < 0) modem.reads.push(place);
}

/** Lines that belong to a command or come by themselves and carry a value. */
export function noteValue(modem: Modem, line: string): void {
  const name = line.substr(0, 6);
  const stats = modem.stats;
  if (name === '+CMTI:') {
    rememberPlace(modem, numberIn(line, 1));
    modem.outbox.wake[modem.index]();
  } else if (name === '+CMGL:') rememberPlace(modem, numberIn(line, 0));
  else if (name === '+CMGR:') modem.pduBytes = numberIn(line, 2);
  else if (name === '+CMGS:') modem.isAccepted = modem.command === COMMAND_SEND;
  else if (name === '+CREG:') {
    setRegistered(modem, numberIn(line, line.indexOf(',') < 0 ? 0 : 1));
    modem.outbox.wake[modem.index]();
  } else if (name === '+CPIN:') {
    if (modem.state === STATE_READY) {
      if (line.substr(7, 3) === 'NOT') begin(modem);
    } else if (modem.step === STEP_PIN) {
      modem.isAccepted = line === '+CPIN: READY';
      modem.pdu = line.substr(7);
    }
  } else if (name === '+CSQ: ') stats[STAT_RSSI] = numberIn(line, 0);
  else if (name === '+COPS:') modem.operator = quotedIn(line);
  else if (name === '+CBC: ') stats[STAT_SUPPLY_MV] = numberIn(line, 2);
  else if (name === '+CPMS:' && line.charAt(7) === '"' && numberIn(line, 1) >= 0) {
    stats[STAT_STORED] = numberIn(line, 1);
    stats[STAT_CAPACITY] = numberIn(line, 2);
    if (stats[STAT_STORED] > modem.reads.length + modem.handed.length + modem.deletes.length) modem.mustList = true;
    if (stats[STAT_STORED] >= stats[STAT_CAPACITY]) tell(modem, 'store-full', stats[STAT_STORED]);
  } else if (name === '+CCLK:' || name === '*PSUTT') {
    const seconds = timeOf(line);
    if (seconds <= 0) return;
    stats[STAT_TIME] = seconds;
    tell(modem, 'time', seconds);
  }
}
