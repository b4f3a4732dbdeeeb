// The modem driver's shapes: what goes in, what comes out. No code. The driver itself is modem.ts, the send queue
// outbox.ts, several modems as one failover.ts. Text is a byte string holding UTF-8 (the device's strings are 8-bit).
import { CodedError } from '../../protocol/errors';

/** An SMS as it came in. Nothing in it is trusted: the sender's number can be made up by anyone. */
export interface ModemSms {
  /**
   * As the network gave it: '+' and digits for an international number, plain digits otherwise, or text (alphanumeric).
   */
  from: string;
  /** UTF-8 byte string; null when the message carried 8-bit data. */
  text: string | null;
  data: Uint8Array | null;
  /** Destination port of 16- or 8-bit application port addressing, -1 without. */
  port: number;
  /** Place in a concatenated message: total parts (1 when alone), this part 1.., reference of the whole. */
  total: number;
  part: number;
  ref: number;
  /** Service centre time stamp, seconds since 1970 (UTC). */
  sentAt: number;
  /** Which modem received it, 0.. */
  modem: number;
}

/**
 * Takes an incoming SMS. It stays in the modem's store until `ack()` is called, which is when its effect has been
 * written durably; after a restart everything not yet acked comes again, so the handler must know a repeated message.
 */
export interface SmsHandler {
  onSms(sms: ModemSms, ack: () => void, owner: unknown): void;
}

/** Called once: null = the network took it; else code `modem-refused` or `modem-tries`. */
export type SendDone = (error: CodedError | null) => void;

/**
 * Non-volatile home of the send queue: places 0.. of as many messages as the queue may hold, each at most 164 bytes
 * (an SMS-SUBMIT without service centre address), opaque to the store. All calls are synchronous and durable on return;
 * no bytes: the place is free.
 */
export interface SendStore {
  readPlace(id: number, owner?: unknown): Uint8Array;
  writePlace(id: number, bytes: Uint8Array, owner?: unknown): void;
}

/** The board's power switches, by modem (hal.ts Power). `done` when the modem may be spoken to. */
export interface ModemPower {
  modemOn(index: number, done: () => void): void;
  modemOff(index: number): void;
}

/**
 * `name` of onEvent. `value` is a number or a short text, never a message's content: of `sms-stuck` the place that
 * cannot be read or deleted and is left alone for a while, of `step-passed` the command that the modem refuses or never
 * answers, of `unknown-modem` the model that no table knows and of `no-sms` one that takes no SMS, in the modem's
 * words.
 */
export type ModemEventName =
  | 'starting'
  | 'ready'
  | 'registered'
  | 'unregistered'
  | 'restart'
  | 'no-sim'
  | 'pin-needed'
  | 'pin-wrong'
  | 'under-voltage'
  | 'power-cycle'
  | 'store-full'
  | 'bad-sms'
  | 'sms-stuck'
  | 'step-passed'
  | 'unknown-modem'
  | 'no-sms'
  | 'sent'
  | 'send-failed'
  | 'time';

/** Reports that an operator should see. */
export type ModemTroubleName = Exclude<ModemEventName, 'starting' | 'ready' | 'registered' | 'sent' | 'time'>;

/** One object for all modems of a board. */
export interface ModemOptions extends SmsHandler {
  onEvent?(name: ModemEventName, value: number | string, modem: number, owner: unknown): void;
  /** Handed to the handlers and the store. */
  owner?: unknown;
  /** Where messages that are to survive a reboot lie; without it the queue lives in memory only. */
  store?: SendStore;
  power?: ModemPower;
  /**
   * PINs of the SIMs, by modem; one that was refused is never tried again. Secret: owned by the caller, never logged.
   */
  pins?: string[];
  /** Attempts per outgoing SMS before it fails, default 8. */
  maxTries?: number;
  /** Outgoing SMS that may wait at a time, default 8. */
  maxQueue?: number;
  /** Incoming SMS that are handed over and not acked at a time, default 50: the others stay unread. */
  maxHeld?: number;
  /** Pause between two looks at signal, registration and store, ms, default 30,000. */
  pollMs?: number;
}

/** For diagnostics; read from the driver's state, no AT command is sent. */
export interface ModemStatus {
  /** 0 off, 1 starting, 2 ready. */
  state: number;
  registered: boolean;
  /** +CSQ 0..31, 99 unknown. */
  rssi: number;
  operator: string;
  /** Supply as the modem measures it, millivolts; 0 unknown. */
  supplyMv: number;
  /** Network time, seconds since 1970 (UTC); 0 never heard. */
  networkTime: number;
  /** The board's own time when it was heard; 0 while the board's clock is unset. */
  networkTimeAt: number;
  /** Messages in the modem's store and its size. */
  stored: number;
  capacity: number;
  queued: number;
  sent: number;
  received: number;
  /** Undecodable SMS, command timeouts, modem restarts. */
  badSms: number;
  timeouts: number;
  restarts: number;
}
