// What a simulated SIM800 remembers: the SIM (survives everything), the settings (lost at power-off), and the services
// that the command tables may use. Spec: 3GPP TS 27.005 3.1 (storage), SIM800 Series AT Command Manual 1.09.
import type { Runtime } from '../../kit/runtime';
import type { Chance } from '../gsm/chance';
import type { GsmNetwork } from '../gsm/types';
import type { AtAnswer, AtCommand } from './at';
import type { ModemKind } from './kinds';
import type { RegisteredAs } from './types';

/** +CMGL states in PDU mode: 0 REC UNREAD, 1 REC READ, 2 STO UNSENT, 3 STO SENT. */
export interface StoredSms {
  state: number;
  pdu: Uint8Array;
}

export interface Sim {
  isPresent: boolean;
  pin: string | undefined;
  pinTriesLeft: number;
  number: string;
  imsi: string;
  ccid: string;
  smsc: string;
  /** Places 1..capacity; a kind may number them otherwise (shownPlace). */
  store: (StoredSms | undefined)[];
  capacity: number;
}

export interface Settings {
  echo: boolean;
  verbose: boolean;
  cmee: number;
  cmgf: number;
  cscs: string;
  csmp: number[];
  csdh: number;
  cnmi: number[];
  csms: number;
  creg: number;
  cgreg: number;
  cereg: number;
  clts: number;
  ctzu: number;
  ctzr: number;
  cfun: number;
  csclk: number;
  ipr: number;
  ifc: string;
  cops: number;
  isPinEntered: boolean;
}

export function freshSettings(): Settings {
  return {
    echo: true,
    verbose: true,
    cmee: 0,
    cmgf: 0,
    cscs: 'IRA',
    csmp: [17, 167, 0, 0],
    csdh: 0,
    cnmi: [2, 1, 0, 0, 0],
    csms: 0,
    creg: 0,
    cgreg: 0,
    cereg: 0,
    clts: 0,
    ctzu: 0,
    ctzr: 0,
    cfun: 1,
    csclk: 0,
    ipr: 0,
    ifc: '0,0',
    cops: 0,
    isPinEntered: false,
  };
}

/** What the command tables see of the modem. */
export interface Sim800Core {
  runtime: Runtime;
  chance: Chance;
  network: GsmNetwork;
  kind: ModemKind;
  registeredAs: RegisteredAs;
  sim: Sim;
  settings: Settings;
  imei: string;
  operator: string;
  rssi: number;
  /** The supply as it is now: less while the modem transmits through a weak one. */
  supplyMv(): number;
  /** The modem transmits from now on for so long: where its supply falls too far it says so, or restarts. */
  onAir(ms: number): void;
  /** 0 before the first ready line, 1 behind it, 2 registering, 3 SMS can be used. */
  bootStage: number;
  /** Milliseconds that the modem's clock is ahead of the network's; undefined until it was set. */
  clockOffsetMs: number | undefined;
  /** +CREG status: 0 not searching, 1 registered at home, 2 searching. */
  registration(): number;
  restart(): void;
  powerOff(): void;
  /** Tells the network that there is room again. */
  memoryAvailable(): void;
  pinEntered(): void;
  /** The network's time is asked for, by +CLTS or +CTZU. */
  timeAsked(): void;
}

export type AtHandler = (core: Sim800Core, command: AtCommand) => AtAnswer;
export type AtTable = { [name: string]: AtHandler };

/** First free place 1..capacity, 0 when full. */
export function freePlace(sim: Sim): number {
  for (let place = 1; place <= sim.capacity; place++) if (!sim.store[place]) return place;
  return 0;
}

/** Number of a place as the modem shows it, and back. */
export function shownPlace(core: Sim800Core, place: number): number {
  return place - 1 + core.kind.store.first;
}

export function placeOf(core: Sim800Core, shown: string | undefined): number {
  return Number(shown) + 1 - core.kind.store.first;
}

export function usedPlaces(sim: Sim): number {
  return sim.store.filter(Boolean).length;
}

/** Whether the SIM may be used; else the error 27.005 names. */
export function simError(core: Sim800Core): { cms: number } | null {
  const { sim, settings, bootStage } = core;
  if (!sim.isPresent) return { cms: 310 };
  if (sim.pin !== undefined && !settings.isPinEntered) return { cms: 311 };
  if (bootStage < 3) return { cms: 314 };
  return null;
}
