// The driver's memory: one plain object a modem, made once. Leaves what happens to it to modem.ts.
import { Clock, Uart } from '../hal';
import { Outbox, Send } from './outbox';
import { ModemOptions } from './types';

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

/** Step of the start-up that asks for the SIM. */
export const STEP_PIN = 3;

/** Places of a modem's store that are kept in mind at a time; the next look at the store finds the others. */
export const MAX_PLACES = 50;

/** What `stats` holds: one typed array takes a quarter of the room of as many fields. */
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
const STAT_COUNT = 10;

export interface Modem {
  uart: Uart;
  clock: Clock;
  opts: ModemOptions;
  outbox: Outbox;
  index: number;
  state: number;
  command: number;
  /** Step of the start-up or of a poll; failures in a row of the step or of a read. */
  step: number;
  failures: number;
  pinRefused: boolean;
  timer: number;
  tick: () => void;
  /** Unfinished line; whether the rest of an over-long one is being dropped. */
  line: string;
  isSkipping: boolean;
  /** Octets of the PDU that +CMGR announced, -1 none; its PDU (or what +CPIN said); whether +CMGS: (or READY) has come. */
  pduBytes: number;
  pdu: string;
  isAccepted: boolean;
  send: Send | null;
  /** Places to read, handed over but not acknowledged (and the running number of each hand-over), to delete. */
  reads: number[];
  handed: number[];
  handedNumbers: number[];
  deletes: number[];
  mustList: boolean;
  pollDueMs: number;
  polls: number;
  registered: boolean;
  operator: string;
  stats: Uint32Array;
}

export function createState(uart: Uart, clock: Clock, opts: ModemOptions, index: number, outbox: Outbox): Modem {
  const stats = new Uint32Array(STAT_COUNT);
  stats[STAT_RSSI] = 99;
  return {
    uart: uart, clock: clock, opts: opts, outbox: outbox, index: index, state: STATE_OFF, command: COMMAND_NONE, step: 0, failures: 0,
    pinRefused: false, timer: 0, tick: function () {}, line: '', isSkipping: false, pduBytes: -1, pdu: '', isAccepted: false, send: null,
    reads: [], handed: [], handedNumbers: [], deletes: [], mustList: false, pollDueMs: 0, polls: 0, registered: false, operator: '', stats: stats,
  };
}
