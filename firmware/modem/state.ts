// The driver's memory: one object for all modems of a board (Outbox) and one for each (Modem), made once, and what both
// need of the timer. All numbers and flags of a modem are places of one typed array: a field of its own costs the
// device two to four times as much. Leaves what happens to it to modem.ts, the send queue's rules to outbox.ts.
import { Clock, Uart } from '../hal';
import { ModemEventName, ModemOptions, SendDone } from './types';

export const STATE_OFF = 0;
export const STATE_STARTING = 1;
export const STATE_READY = 2;

/** What the command in flight is for; COMMAND_NONE when the modem may be given one. */
export const COMMAND_NONE = 0;
export const COMMAND_START = 1;
export const COMMAND_PIN = 2;
export const COMMAND_READ = 3;
export const COMMAND_DELETE = 4;
export const COMMAND_PROMPT = 5;
export const COMMAND_SEND = 6;
export const COMMAND_LIST = 7;
export const COMMAND_POLL = 8;
/** No command: what was read waits for its event. */
export const COMMAND_DECODE = 9;

/** Registration that no line has told: sending is tried. */
export const REGISTERED_UNKNOWN = -1;

/** Places of a modem's store that are kept in mind at a time; the next look at the store finds the others. */
export const MAX_PLACES = 50;

/** Places of `n`. For diagnostics: */
export const STAT_RSSI = 0;
export const STAT_SUPPLY_MV = 1;
export const STAT_TIME = 2;
export const STAT_STORED = 3;
export const STAT_CAPACITY = 4;
export const STAT_SENT = 5;
export const STAT_RECEIVED = 6;
export const STAT_BAD_SMS = 7;
export const STAT_TIMEOUTS = 8;
export const STAT_RESTARTS = 9;
/** Which modem of the board this is, its state and the command in flight. */
export const N_INDEX = 10;
export const N_STATE = 11;
export const N_COMMAND = 12;
/** Step of the start-up or of a poll; failures of the start-up. */
export const N_STEP = 13;
export const N_FAILURES = 14;
/** 0 not refused, 1 refused, PIN_UNANSWERED given without an answer so far. */
export const N_PIN_REFUSED = 15;
export const N_TIMER = 16;
/** Whether the rest of an over-long line is being dropped. */
export const N_SKIPPING = 17;
/** Bytes of the PDU that +CMGR announced, 0 unknown, -1 no head has come; whether the line that counts has come. */
export const N_PDU_BYTES = 18;
export const N_ACCEPTED = 19;
/** Whether the store is to be listed, LIST_ALWAYS and LIST_PLACES: whatever its count says. */
export const N_MUST_LIST = 20;
export const N_POLLS = 21;
/** 1 registered, 0 not, REGISTERED_UNKNOWN. */
export const N_REGISTERED = 22;
/** The board's own time when the network told its, 0 when it was not set. */
export const STAT_TIME_AT = 23;
/** Bit mask of the steps that are passed over; the step that had no answer last, and how often in a row. */
export const N_PASSED = 24;
export const N_MUTE_STEP = 25;
export const N_MUTES = 26;
/** Whether the store comes next, because an SMS was sent last. */
export const N_STORE_TURN = 27;
/** Lists in a row that failed or did not show what the store holds. */
export const N_LIST_FAILURES = 28;
/** 1: a command had no answer lately; answers are awaited twice as long. */
export const N_SLOW = 29;
/** Second of the uptime at which a start-up had its first answer, 0 none. */
export const N_SINCE = 30;
/** Minute of the uptime at which all is tried again: passed steps, lists, every place of the store. */
export const N_AGAIN = 31;
/** Which kind it is (kinds/kinds.ts); the store in use, a place of STORES; the mode of AT+CNMI that it offers. */
export const N_KIND = 32;
export const N_STORE = 33;
export const N_NOTICES = 34;
/** Bits of NET_: by which of its registrations the modem is registered. */
export const N_NETS = 35;
/** Radio technology of +COPS (27.007 7.3 <AcT>), -1 unknown. */
export const N_TECHNOLOGY = 36;
/** Whether steps of the present start-up were left out, because a message waits. */
export const N_LEFT_OUT = 37;
/** First commands of a start-up without an answer so far, and the uptime at the earliest of them, ms. */
export const N_OPEN = 38;
export const N_OPEN_AT = 39;
/** 1: AT+CMGF=0, without which no SMS goes out or comes in, was refused last. */
export const N_NO_SMS = 40;
const N_COUNT = 41;
/** Registered by +CREG, +CEREG, +CGREG; +CREG has come, whatever it said. */
export const NET_CIRCUIT = 1;
export const NET_LTE = 2;
export const NET_PACKET = 4;
export const NET_TOLD = 8;
/** Modes of AT+CNMI: notices wait while the line is busy; in the other mode they are dropped then. */
export const NOTICES_BUFFERED = 2;
export const NOTICES_PLAIN = 1;
export const PIN_UNANSWERED = 2;
/** N_MUST_LIST of a list that does not depend on the store's count, and of a look at every place instead. */
export const LIST_ALWAYS = 2;
export const LIST_PLACES = 3;
/** Minutes between two times that all is tried again: twice a day. */
export const AGAIN_MINUTES = 720;

/** A message that waits. */
export interface Send {
  id: number;
  /** Null: it lies in the store. */
  pdu: Uint8Array | null;
  done: SendDone | null;
  tries: number;
  /** Uptime before which it is not tried. */
  due: number;
  /** Modem that has it in hand, -1 none; modem that failed last, -1 none. */
  by: number;
  not: number;
}

/** What all modems of a board share. */
export interface Outbox {
  clock: Clock;
  opts: ModemOptions;
  queue: Send[];
  list: Modem[];
}

export interface Modem {
  uart: Uart;
  outbox: Outbox;
  n: Int32Array;
  /** Takes the timer (no argument) and what the line brings. */
  tick: (bytes?: Uint8Array) => void;
  /** Unfinished line. */
  line: string;
  /** The PDU of +CMGR (or what +CPIN said). */
  pdu: string;
  send: Send | null;
  /** Places to read, to delete; places handed over and not acknowledged (places.ts: how they are packed). */
  reads: number[];
  dels: number[];
  held: number[];
  /** Uptime of the next poll. */
  due: number;
  /** Operator's name. */
  oper: string;
  /** Its model in its own words; '' unknown. */
  model: string;
}

export function createState(uart: Uart, outbox: Outbox): Modem {
  const n = new Int32Array(N_COUNT);
  n[STAT_RSSI] = 99;
  n[N_PDU_BYTES] = -1;
  n[N_REGISTERED] = REGISTERED_UNKNOWN;
  n[N_INDEX] = outbox.list.length;
  n[N_AGAIN] = AGAIN_MINUTES;
  n[N_NOTICES] = NOTICES_BUFFERED;
  n[N_TECHNOLOGY] = -1;
  return {
    uart: uart,
    outbox: outbox,
    n: n,
    tick: null as never,
    line: '',
    pdu: '',
    send: null,
    reads: [],
    dels: [],
    held: [],
    due: 0,
    oper: '',
    model: '',
  };
}

/** Calls tick() in `ms`; there is one timer a modem. */
export function arm(modem: Modem, ms: number): void {
  modem.outbox.clock.cancel(modem.n[N_TIMER]);
  modem.n[N_TIMER] = modem.outbox.clock.after(ms, modem.tick);
}

/** Reports an event to the owner of the modems. */
export function notify(modem: Modem, name: ModemEventName, value: number | string): void {
  const opts = modem.outbox.opts;
  if (opts.onEvent) opts.onEvent(name, value, modem.n[N_INDEX], opts.owner);
}

/** Wakes every modem that has nothing in hand: there may be something to do. */
export function wakeModems(outbox: Outbox): void {
  for (let i = 0; i < outbox.list.length; i++) {
    const modem = outbox.list[i];
    if (modem.n[N_STATE] === STATE_READY && modem.n[N_COMMAND] === COMMAND_NONE) arm(modem, 0);
  }
}
