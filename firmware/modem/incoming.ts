// What comes from the modem: values in its lines, and SMS from its store to the handler. Spec: 3GPP TS 27.005 3.4, 3.5,
// 27.007. Leaves final results and the choice of commands to modem.ts, lines to lines.ts, PDUs to protocol/sms/pdu.ts.
import { Pdu, bytesOfHex, decodePdu } from '../../protocol/sms/pdu';
import { begin, setRegistered, tell } from './drive';
import { numberIn, quotedIn, timeOf } from './lines';
import {
  COMMAND_NONE,
  COMMAND_SEND,
  MAX_PLACES,
  Modem,
  N_ACCEPTED,
  N_COMMAND,
  N_FAILURES,
  N_INDEX,
  N_MUST_LIST,
  N_PDU_BYTES,
  N_STATE,
  N_STEP,
  STATE_READY,
  STAT_BAD_SMS,
  STAT_CAPACITY,
  STAT_RECEIVED,
  STAT_RSSI,
  STAT_STORED,
  STAT_SUPPLY_MV,
  STAT_TIME,
  STAT_TIME_AT,
  STEP_PIN,
  arm,
  wakeModems,
} from './state';
import { ModemSms } from './types';

/** Reads of a place before it is left until the next look at the store. */
export const READ_TRIES = 3;
/**
 * What one reading that came whole and makes no sense adds to `failures`; a reading cut or mangled on the line adds
 * one.
 */
const SENSELESS = 16;
/** `held` has a place and the running number of its hand-over in one: more than places can be. */
const PLACES = 1000;

/**
 * Decodes what +CMGR gave and hands it over, in an event of its own: nothing of the driver is on the stack then, and it
 * goes on whatever the handler does. What came whole and cannot be understood READ_TRIES times is deleted; what came
 * mangled is left in the store, where the next look finds it again.
 */
export function handOver(modem: Modem): void {
  const place = modem.reads[0];
  const number = modem.n[STAT_RECEIVED] + 1;
  let pdu: Pdu | null = null;
  let isWhole = false;
  try {
    const bytes = bytesOfHex(modem.pdu);
    modem.pdu = '';
    isWhole = bytes.length === modem.n[N_PDU_BYTES] + 1 + bytes[0];
    if (isWhole) pdu = decodePdu(bytes, false);
  } catch (error) {
    pdu = null;
  }
  modem.n[N_COMMAND] = COMMAND_NONE;
  arm(modem, 0);
  if (!pdu || pdu.status >= 0) {
    modem.n[N_FAILURES] += isWhole ? SENSELESS : 1;
    const isSenseless = modem.n[N_FAILURES] >= READ_TRIES * SENSELESS;
    if (!isSenseless && modem.n[N_FAILURES] % SENSELESS < READ_TRIES) return;
    if (isSenseless) {
      modem.dels.push(place);
      modem.n[STAT_BAD_SMS]++;
      tell(modem, 'bad-sms', modem.n[STAT_BAD_SMS]);
    }
  }
  modem.n[N_FAILURES] = 0;
  modem.reads.splice(0, 1);
  if (!pdu || pdu.status >= 0) return;
  modem.n[STAT_RECEIVED] = number;
  const hold = number * PLACES + place;
  modem.held.push(hold);
  const sms = pdu as Pdu & ModemSms;
  sms.from = pdu.address;
  sms.modem = modem.n[N_INDEX];
  const opts = modem.outbox.opts;
  opts.onSms(
    sms,
    function () {
      const at = modem.held.indexOf(hold);
      if (at < 0) return;
      modem.held.splice(at, 1);
      modem.dels.push(place);
      wakeModems(modem.outbox);
    },
    opts.owner,
  );
}

/** Keeps a place of the store in mind, once. */
function rememberPlace(modem: Modem, place: number): void {
  if (
    place < 1 ||
    place >= PLACES ||
    modem.reads.length >= MAX_PLACES ||
    modem.reads.indexOf(place) >= 0 ||
    modem.dels.indexOf(place) >= 0
  )
    return;
  for (let i = 0; i < modem.held.length; i++) if (modem.held[i] % PLACES === place) return;
  modem.reads.push(place);
}

/** Lines that belong to a command or come by themselves and carry a value. */
export function noteValue(modem: Modem, line: string): void {
  const name = line.substr(0, 6);
  if (name === '+CMTI:') {
    rememberPlace(modem, numberIn(line, 1));
    wakeModems(modem.outbox);
  } else if (name === '+CMGL:') rememberPlace(modem, numberIn(line, 0));
  else if (name === '+CMGR:') modem.n[N_PDU_BYTES] = numberIn(line, 2);
  else if (name === '+CMGS:') modem.n[N_ACCEPTED] = modem.n[N_COMMAND] === COMMAND_SEND ? 1 : 0;
  else if (name === '+CREG:') {
    setRegistered(modem, numberIn(line, line.indexOf(',') < 0 ? 0 : 1));
    wakeModems(modem.outbox);
  } else if (name === '+CPIN:') {
    if (modem.n[N_STATE] === STATE_READY) {
      if (line.substr(7, 3) === 'NOT') begin(modem);
    } else if (modem.n[N_STEP] === STEP_PIN) {
      modem.n[N_ACCEPTED] = line === '+CPIN: READY' ? 1 : 0;
      modem.pdu = line.substr(7);
    }
  } else if (name === '+CSQ: ') modem.n[STAT_RSSI] = numberIn(line, 0);
  else if (name === '+COPS:') modem.oper = quotedIn(line);
  else if (name === '+CBC: ') modem.n[STAT_SUPPLY_MV] = numberIn(line, 2);
  else if (name === '+CPMS:' && line.charAt(7) === '"' && numberIn(line, 1) >= 0) {
    modem.n[STAT_STORED] = numberIn(line, 1);
    modem.n[STAT_CAPACITY] = numberIn(line, 2);
    if (modem.n[STAT_STORED] > modem.reads.length + modem.held.length + modem.dels.length) modem.n[N_MUST_LIST] = 1;
    if (modem.n[STAT_STORED] >= modem.n[STAT_CAPACITY]) tell(modem, 'store-full', modem.n[STAT_STORED]);
  } else if (name === '+CCLK:' || name === '*PSUTT') {
    const seconds = timeOf(line);
    if (seconds <= 0) return;
    modem.n[STAT_TIME] = seconds;
    modem.n[STAT_TIME_AT] = modem.outbox.clock.wallSeconds();
    tell(modem, 'time', seconds);
  }
}
