// What comes from the modem: values in its lines, and SMS from its store to the handler. Spec: 3GPP TS 27.005 3.4, 3.5,
// 27.007. Leaves final results and the choice of commands to modem.ts, lines to lines.ts, PDUs to protocol/sms/pdu.ts,
// which place is tried when to places.ts.
import { Pdu, bytesOfHex, decodePdu } from '../../protocol/sms/pdu';
import { begin } from './drive';
import { lastNumberIn, numberIn, operatorIn, quotedIn, registrationIn, supplyIn, timeOf, valueIn } from './lines';
import { countKnown, entryOfHeld, failRead, holdFirst, makeRoom, rememberPlace } from './places';
import {
  COMMAND_NONE,
  COMMAND_POLL,
  COMMAND_SEND,
  Modem,
  N_ACCEPTED,
  N_COMMAND,
  N_INDEX,
  N_MUST_LIST,
  N_PDU_BYTES,
  N_PIN_REFUSED,
  N_REGISTERED,
  N_STATE,
  N_STEP,
  PIN_UNANSWERED,
  REGISTERED_UNKNOWN,
  STATE_READY,
  STAT_CAPACITY,
  STAT_RECEIVED,
  STAT_RSSI,
  STAT_STORED,
  STAT_SUPPLY_MV,
  STAT_TIME,
  STAT_TIME_AT,
  STEP_PIN,
  arm,
  notify,
  wakeModems,
} from './state';
import { ModemSms } from './types';

/** The message that +CMGR gave; null when it cannot be understood. isWhole is left in N_PDU_BYTES: 1 or 0. */
function decodeRead(modem: Modem): Pdu | null {
  const announced = modem.n[N_PDU_BYTES];
  const hex = modem.pdu;
  modem.pdu = '';
  modem.n[N_PDU_BYTES] = 0;
  try {
    const bytes = bytesOfHex(hex);
    modem.n[N_PDU_BYTES] = bytes.length === announced + 1 + bytes[0] ? 1 : 0;
    return decodePdu(bytes, false);
  } catch (error) {
    return null;
  }
}

/**
 * Decodes what +CMGR gave and hands it over, in an event of its own: nothing of the driver is on the stack then, and it
 * goes on whatever the handler does. A status report is nobody's and deleted; what cannot be understood is left to
 * failRead().
 */
export function handOver(modem: Modem): void {
  const pdu = decodeRead(modem);
  modem.n[N_COMMAND] = COMMAND_NONE;
  arm(modem, 0);
  if (!pdu) return failRead(modem, modem.n[N_PDU_BYTES] === 1);
  const number = modem.n[STAT_RECEIVED] + 1;
  const hold = holdFirst(modem, number);
  if (pdu.status >= 0) {
    modem.dels.push(entryOfHeld(hold));
    return;
  }
  modem.n[STAT_RECEIVED] = number;
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
      modem.dels.push(entryOfHeld(hold));
      wakeModems(modem.outbox);
    },
    opts.owner,
  );
}

/** `+CMTI: <mem>,<index>`. Without a place, or of another memory, the store is listed as well. */
function noteArrival(modem: Modem, line: string): void {
  rememberPlace(modem, numberIn(line, 1), true);
  if (numberIn(line, 1) < 0 || quotedIn(line) !== 'SM') modem.n[N_MUST_LIST] = modem.n[N_MUST_LIST] || 1;
  wakeModems(modem.outbox);
}

/** `+CPMS: [<mem1>,]<used1>,<total1>,...`. */
function noteStore(modem: Modem, line: string): void {
  const n = modem.n;
  const first = numberIn(line, 0) < 0 ? 1 : 0;
  const stored = numberIn(line, first);
  const capacity = numberIn(line, first + 1);
  if (stored < 0) return;
  n[STAT_STORED] = stored;
  if (capacity >= 0) n[STAT_CAPACITY] = capacity;
  if (stored > countKnown(modem)) n[N_MUST_LIST] = n[N_MUST_LIST] || 1;
  if (n[STAT_CAPACITY] < 1 || stored < n[STAT_CAPACITY]) return;
  notify(modem, 'store-full', stored);
  makeRoom(modem);
}

function noteRegistration(modem: Modem, line: string): void {
  const registered = registrationIn(line);
  const before = modem.n[N_REGISTERED];
  if (registered < 0) return;
  if (modem.n[N_COMMAND] === COMMAND_POLL) modem.n[N_ACCEPTED] = 1;
  modem.n[N_REGISTERED] = registered;
  if (registered !== before && (registered || before !== REGISTERED_UNKNOWN))
    notify(modem, registered ? 'registered' : 'unregistered', registered);
  wakeModems(modem.outbox);
}

/** `+CPIN: <code>`: the SIM may be used when it is READY or asks for its second PIN, which nothing here needs. */
function notePin(modem: Modem, line: string): void {
  const n = modem.n;
  const code = valueIn(line);
  const isReady = code === 'READY' || code === 'SIM PIN2' || code === 'SIM PUK2';
  if (n[N_STATE] === STATE_READY) {
    if (!isReady) begin(modem);
  } else if (n[N_STEP] === STEP_PIN) {
    n[N_ACCEPTED] = isReady ? 1 : 0;
    if (isReady && n[N_PIN_REFUSED] === PIN_UNANSWERED) n[N_PIN_REFUSED] = 0;
    modem.pdu = code;
  }
}

function noteTime(modem: Modem, line: string): void {
  const seconds = timeOf(line);
  if (seconds <= 0) return;
  modem.n[STAT_TIME] = seconds;
  modem.n[STAT_TIME_AT] = modem.outbox.clock.wallSeconds();
  notify(modem, 'time', seconds);
}

/** Signal, operator and supply, for diagnostics. */
function noteStatus(modem: Modem, name: string, line: string): void {
  if (name === '+CSQ') modem.n[STAT_RSSI] = numberIn(line, 0) < 0 ? 99 : numberIn(line, 0);
  else if (name === '+COPS') modem.oper = operatorIn(line);
  else if (name === '+CBC') modem.n[STAT_SUPPLY_MV] = supplyIn(line);
}

/** Lines that belong to a command or come by themselves and carry a value. */
export function noteValue(modem: Modem, line: string): void {
  const name = line.substr(0, line.indexOf(':'));
  if (name === '+CMTI') noteArrival(modem, line);
  else if (name === '+CMGL') rememberPlace(modem, numberIn(line, 0), false);
  else if (name === '+CMGR') modem.n[N_PDU_BYTES] = lastNumberIn(line) > 0 ? lastNumberIn(line) : 0;
  else if (name === '+CMGS') modem.n[N_ACCEPTED] = modem.n[N_COMMAND] === COMMAND_SEND ? 1 : 0;
  else if (name === '+CREG') noteRegistration(modem, line);
  else if (name === '+CPIN') notePin(modem, line);
  else if (name === '+CPMS') noteStore(modem, line);
  else if (name === '+CCLK' || name === '*PSUTTZ') noteTime(modem, line);
  else noteStatus(modem, name, line);
}
