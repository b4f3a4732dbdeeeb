// Shapes of the simulated SIM800: how it is set up, which faults it can be asked for. No code.
import { BytePort } from '../../kit/byte-port';
import { Runtime } from '../../kit/runtime';
import { GsmNetwork } from '../gsm/types';
import { ModemKindName } from './kinds';
import { Mood } from './moods';

/** Probabilities 0..1 of each nastiness, all drawn from the seed. Default 0. */
export interface Sim800Faults {
  /** A URC in the middle of a response. */
  urc?: number;
  /** Output cut in pieces with pauses between; and pieces run together. */
  split?: number;
  merge?: number;
  /** Garbage octets before an output line. */
  garbage?: number;
  /** An octet of the output lost or changed. */
  corrupt?: number;
  /** ERROR, +CME ERROR 100 or +CMS ERROR 500 for no reason. */
  error?: number;
  /** A command that gets no answer at all. */
  mute?: number;
  /** Brown-out restart when a command comes in. */
  restart?: number;
  /** UNDER-VOLTAGE WARNNING before an answer. */
  underVoltage?: number;
  /** An incoming SMS without +CMTI. */
  silentSms?: number;
  /**
   * Not a probability: millivolts that the supply falls by while the modem transmits (a weak regulator, thin wires).
   */
  sagMv?: number;
}

/** <stat> of each registration (27.007 7.2, 10.1.20, 10.1.22). */
export interface RegisteredAs {
  creg: number;
  cereg: number;
  cgreg: number;
}

export interface Sim800Options {
  runtime: Runtime;
  seed: number | string;
  number: string;
  network: GsmNetwork;
  /** The modem's end of the wire. */
  port: BytePort;
  /** Which modem it is, default a SIM800. */
  kind?: ModemKindName;
  /** What it says where it is registered: <stat> of +CREG, +CEREG, +CGREG; default 1, at home. */
  registeredAs?: Partial<RegisteredAs>;
  faults?: Sim800Faults;
  /** Odd answers, default none. */
  mood?: Mood;
  simPresent?: boolean;
  /** When given the SIM asks for it. */
  pin?: string;
  /** SMS places, default the kind's. */
  capacity?: number;
  /** Time from power-on to the first ready line, to registration, to SMS; default 800, 3,000 and 4,000. */
  bootMs?: { rdy: number; call: number; sms: number };
  imei?: string;
  operator?: string;
  /** Starts switched on, default true. */
  poweredOn?: boolean;
}

export interface Sim800 {
  number: string;
  powerOn(): void;
  powerOff(): void;
  /** What the SIM survives and the modem's settings do not. */
  restart(): void;
  setFaults(faults: Sim800Faults): void;
  /** The next command that begins with `prefix` meets this fault. */
  faultNext(
    prefix: string,
    fault: 'mute' | 'error' | 'restart' | 'restart-after' | { cms: number } | { cme: number },
  ): void;
  /** Writes a URC now, wherever the output stands. */
  urc(line: string): void;
  setSignal(rssi: number): void;
  setSupplyMv(millivolts: number): void;
  setSimPresent(present: boolean): void;
  ring(from: string): void;
  /** Messages in the store now, and the command lines received, at least the last 10,000 (CMGS payloads left out). */
  stored(): number;
  commands(): string[];
  close(): void;
}
