// Shapes of the simulated GSM network: who can attach, what traffic looks like, which faults can be asked for. No code.
import { Runtime } from '../../kit/runtime';

export interface GsmOptions {
  runtime: Runtime;
  /** All chance in the network comes from it; same seed and same submissions give the same fates. */
  seed: number | string;
  /** Service-centre delay, uniform between the two, default 2,000 to 6,000. */
  delayMs?: { min: number; max: number };
  /** Probabilities 0..1, default 0. `reorder`: the message is held back by up to `reorderMs` more (default 60,000). */
  loss?: number;
  duplicate?: number;
  reorder?: number;
  reorderMs?: number;
  /** Number of the service centre in delivered PDUs, default '+8613800210500'. */
  smsc?: string;
}

/** Answers whether the phone could store it; false = memory full, the network tries again later. */
export type Deliver = (pdu: Uint8Array) => boolean;

export interface Attachment {
  detach(): void;
  /** The phone has room again (RP-SMMA): waiting messages are tried at once. */
  memoryAvailable(): void;
}

/** What the network answers to a submission: the message reference or a +CMS error code (3GPP TS 27.005 3.2.5). */
export type SubmitResult = { ok: true; reference: number } | { ok: false; cms: number };

export type Fate = 'submitted' | 'delivered' | 'lost' | 'duplicated' | 'held' | 'refused' | 'waiting';

/** One thing that happened to one SMS. `text` is ordinary Unicode. */
export interface SmsTraffic {
  id: number;
  atMs: number;
  fate: Fate;
  from: string;
  to: string;
  /** User data octets, header included (1..140). */
  octets: number;
  text: string | null;
  data: Uint8Array | null;
  port: number;
  /** True for a message put in by `inject`. */
  injected: boolean;
}

/** Script for the next messages that match; undefined matches all. */
export interface GsmRule {
  from?: string;
  to?: string;
  action: 'drop' | 'duplicate' | 'hold' | 'delay' | 'refuse';
  /** How many messages it applies to, default 1. */
  times?: number;
  /** For `delay`: ms instead of the drawn one. For `refuse`: +CMS code, default 38. */
  delayMs?: number;
  cms?: number;
  /** Only messages for which it answers true. */
  when?: (sms: SmsTraffic) => boolean;
}

export interface GsmRuleHandle {
  /** How many messages it has caught. */
  hits(): number;
  /** Lets go what `hold` kept, in order, with no more delay than `afterMs` (default 0). */
  release(afterMs?: number): void;
  remove(): void;
}

export interface Injection {
  /** Any number or name: this is how a spoofed sender looks. */
  from: string;
  to: string;
  text?: string;
  data?: Uint8Array;
  /** Destination (and source) port of 16-bit addressing. */
  port?: number;
  /** A whole SMS-DELIVER instead, service centre address first. */
  pdu?: Uint8Array;
  /** Default: drawn like any other. */
  delayMs?: number;
}

export interface PersonSms {
  atMs: number;
  from: string;
  text: string | null;
  data: Uint8Array | null;
  port: number;
}

/** A simple phone in somebody's hand. Joins concatenated parts. */
export interface Person {
  number: string;
  inbox: PersonSms[];
  send(to: string, text: string): void;
  sendData(to: string, data: Uint8Array, port: number): void;
  onSms(listener: (sms: PersonSms) => void): void;
}

export interface GsmStats {
  submitted: number;
  delivered: number;
  lost: number;
  duplicated: number;
  refused: number;
  waiting: number;
  octets: number;
}

export interface GsmNetwork {
  attach(number: string, deliver: Deliver): Attachment;
  /** Takes an SMS-SUBMIT, service centre address first (as AT+CMGS gives it). */
  submit(from: string, pdu: Uint8Array): SubmitResult;
  inject(sms: Injection): void;
  /** Nobody can reach the number, nor it the network (+CMS 332, not registered), until switched off. */
  outage(number: string, on: boolean): void;
  isOutage(number: string): boolean;
  onOutage(listener: (number: string, on: boolean) => void): void;
  /** GSM is switched off for good: modems without another technology have no network from now on. */
  switchOffGsm(): void;
  isGsmOff(): boolean;
  onGsmOff(listener: () => void): void;
  rule(rule: GsmRule): GsmRuleHandle;
  /** Changes the odds from now on. */
  setFaults(faults: Partial<Pick<GsmOptions, 'delayMs' | 'loss' | 'duplicate' | 'reorder' | 'reorderMs'>>): void;
  onTraffic(listener: (sms: SmsTraffic) => void): void;
  stats(): GsmStats;
  person(number: string): Person;
}
