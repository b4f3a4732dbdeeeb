// What comes from the modem: values in its lines, and SMS from its store to the handler. Spec: 3GPP TS 27.005 3.4, 3.5,
// 27.007. Leaves final results and the choice of commands to modem.ts, lines to lines.ts, PDUs to protocol/sms/pdu.ts,
// which place is tried when to places.ts.
import { Pdu, bytesOfHex, decodePdu } from '../../protocol/sms/pdu';
import { begin } from './drive';
import { A7670_STORE } from './kinds/a7670';
import {
  KIND_A7670,
  KIND_GENERIC,
  STEP_IDENTITY,
  STEP_MODEL,
  STEP_PIN,
  STORE_COUNT,
  kindIn,
  storeName,
} from './kinds/kinds';
import {
  holds,
  lastNumberIn,
  modelIn,
  numberIn,
  operatorIn,
  quotedIn,
  registrationIn,
  supplyIn,
  technologyIn,
  timeOf,
  valueIn,
} from './lines';
import { countKnown, entryOfHeld, failRead, holdFirst, makeRoom, rememberPlace } from './places';
import {
  COMMAND_NONE,
  COMMAND_POLL,
  COMMAND_SEND,
  COMMAND_START,
  Modem,
  NET_CIRCUIT,
  NET_LTE,
  NET_PACKET,
  NET_TOLD,
  NOTICES_BUFFERED,
  NOTICES_PLAIN,
  N_ACCEPTED,
  N_COMMAND,
  N_INDEX,
  N_KIND,
  N_MUST_LIST,
  N_NETS,
  N_NOTICES,
  N_PDU_BYTES,
  N_PIN_REFUSED,
  N_POLLS,
  N_REGISTERED,
  N_STATE,
  N_STEP,
  N_STORE,
  N_TECHNOLOGY,
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

/** Ends the hold on an SMS: deletes it. A function of its own, since a closure keeps all that its maker knew. */
function ackOf(modem: Modem, hold: number): () => void {
  return function () {
    const at = modem.held.indexOf(hold);
    if (at < 0) return;
    modem.held.splice(at, 1);
    modem.dels.push(entryOfHeld(hold));
    wakeModems(modem.outbox);
  };
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
  opts.onSms(sms, ackOf(modem, hold), opts.owner);
}

/** `+CMTI: <mem>,<index>`. Without a place, or of another memory, the store is listed as well. */
function noteArrival(modem: Modem, line: string): void {
  rememberPlace(modem, numberIn(line, 1), true);
  if (numberIn(line, 1) < 0 || quotedIn(line) !== storeName(modem.n[N_STORE]))
    modem.n[N_MUST_LIST] = modem.n[N_MUST_LIST] || 1;
  wakeModems(modem.outbox);
}

/** `+CPMS: (<mem1>...),(<mem2>...),(<mem3>...)`: the first that takes what comes in, the kind's own before others. */
function noteStores(modem: Modem, line: string): void {
  const offered = line.substr(line.lastIndexOf('('));
  for (let i = 0; i < STORE_COUNT; i++) {
    const store = (modem.n[N_STORE] + i) % STORE_COUNT;
    if (!holds(offered, '"' + storeName(store) + '"')) continue;
    modem.n[N_STORE] = store;
    return;
  }
}

/** `+CPMS: [<mem1>,]<used1>,<total1>,...`. */
function noteStore(modem: Modem, line: string): void {
  if (line.indexOf('(') >= 0) return noteStores(modem, line);
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

/** A registration of the kind `net`. One is enough; none counts as unregistered only where +CREG is told. */
function noteRegistration(modem: Modem, net: number, line: string): void {
  const n = modem.n;
  const told = registrationIn(line);
  const before = n[N_REGISTERED];
  if (told < 0) return;
  if (net === NET_CIRCUIT) {
    if (n[N_COMMAND] === COMMAND_POLL) n[N_ACCEPTED] = 1;
    n[N_NETS] |= NET_TOLD;
  }
  n[N_NETS] = (n[N_NETS] & ~net) | (told ? net : 0);
  const registered = n[N_NETS] % NET_TOLD ? 1 : n[N_NETS] ? 0 : REGISTERED_UNKNOWN;
  n[N_REGISTERED] = registered;
  if (registered !== before && (registered || before !== REGISTERED_UNKNOWN))
    notify(modem, registered ? 'registered' : 'unregistered', registered);
  wakeModems(modem.outbox);
}

/** A line of AT+CGMM or ATI: the kind that it names, and the modem's own words. */
function noteModel(modem: Modem, line: string): void {
  const n = modem.n;
  const model = modelIn(line);
  const kind = kindIn(model);
  if (model === '' || (kind === KIND_GENERIC && n[N_STEP] === STEP_IDENTITY)) return;
  n[N_KIND] = kind;
  n[N_STORE] = kind === KIND_A7670 ? A7670_STORE : 0;
  modem.model = model;
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

/** The network has told its time: the modem's clock is asked for with the next poll, which comes now. */
function noteZone(modem: Modem): void {
  modem.n[N_POLLS] = 0;
  modem.due = modem.outbox.clock.uptimeMs();
  wakeModems(modem.outbox);
}

/** Whether the first list of `+CNMI: (0-2),(0-3),...`, or of `(0,1,2)`, holds NOTICES_BUFFERED. */
function hasBuffer(line: string): boolean {
  const modes = line.split(')')[0];
  return holds(modes, '2') || holds(modes, '-3');
}

/** Signal, operator, technology, supply, and the notices that AT+CNMI offers. */
function noteStatus(modem: Modem, name: string, line: string): void {
  if (name === '+CSQ') modem.n[STAT_RSSI] = numberIn(line, 0) < 0 ? 99 : numberIn(line, 0);
  else if (name === '+COPS') {
    modem.oper = operatorIn(line);
    modem.n[N_TECHNOLOGY] = technologyIn(line);
  } else if (name === '+CNMI') modem.n[N_NOTICES] = hasBuffer(line) ? NOTICES_BUFFERED : NOTICES_PLAIN;
  else if (name === '+CBC') modem.n[STAT_SUPPLY_MV] = supplyIn(line);
}

/** What the network says: registration, time; the rest is noteStatus()'s. */
function noteNetwork(modem: Modem, name: string, line: string): void {
  if (name === '+CREG') noteRegistration(modem, NET_CIRCUIT, line);
  else if (name === '+CEREG') noteRegistration(modem, NET_LTE, line);
  else if (name === '+CGREG') noteRegistration(modem, NET_PACKET, line);
  else if (name === '+CCLK' || name === '*PSUTTZ') noteTime(modem, line);
  else if (name.substr(0, 4) === '+CTZ') noteZone(modem);
  else noteStatus(modem, name, line);
}

/** Lines that belong to a command or come by themselves and carry a value. */
export function noteValue(modem: Modem, line: string): void {
  const name = line.substr(0, line.indexOf(':'));
  const isModel = modem.n[N_STEP] === STEP_MODEL || modem.n[N_STEP] === STEP_IDENTITY;
  if (isModel && modem.n[N_COMMAND] === COMMAND_START) noteModel(modem, line);
  if (name === '+CMTI') noteArrival(modem, line);
  else if (name === '+CMGL') rememberPlace(modem, numberIn(line, 0), false);
  else if (name === '+CMGR') modem.n[N_PDU_BYTES] = lastNumberIn(line) > 0 ? lastNumberIn(line) : 0;
  else if (name === '+CMGS') modem.n[N_ACCEPTED] = modem.n[N_COMMAND] === COMMAND_SEND ? 1 : 0;
  else if (name === '+CPIN') notePin(modem, line);
  else if (name === '+CPMS') noteStore(modem, line);
  else noteNetwork(modem, name, line);
}
