// A small world for the tests of the SMS side: virtual clock, network, simulated modems on wires, the driver at the
// end.
import { createVirtualRuntime, type VirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { wire, type Wire } from '../../../host/sim/board/wire';
import { createGsmNetwork, type GsmNetwork, type GsmOptions } from '../../../host/sim/gsm';
import { createSim800, type ModemKindName, type Sim800, type Sim800Options } from '../../../host/sim/sim800';
import { portUart, runtimeClock } from '../../../host/modem/hal';
import type { Clock } from '../../../firmware/hal';
import { createModem, startModem } from '../../../firmware/modem/modem';
import { createOutbox } from '../../../firmware/modem/outbox';
import type { Modem } from '../../../firmware/modem/state';
import type { ModemOptions, ModemSms, SendStore } from '../../../firmware/modem/types';

export const COLD = '+8613800000001';
export const ANNA = '+8613900000002';
export const START_MS = Date.UTC(2026, 10, 22, 3, 0, 0);

export interface Station {
  sim: Sim800;
  line: Wire;
  modem: Modem;
  clock: Clock;
  /** Everything handed over, and the acknowledgements that the test has not called yet. */
  got: ModemSms[];
  acks: (() => void)[];
  events: string[];
  /** The board loses its power: no timer, no byte more. */
  cut(): void;
}

export interface World {
  runtime: VirtualRuntime;
  network: GsmNetwork;
  station(options?: Partial<Sim800Options>, driver?: Partial<ModemOptions>, isAcking?: boolean): Station;
  /** A driver made anew on the same modem: the board has lost its power and come back. The old one never runs again. */
  reboot(station: Station, driver?: Partial<ModemOptions>, isAcking?: boolean): Station;
}

export function createWorld(seed: string, gsm: Partial<GsmOptions> = {}, kind?: ModemKindName): World {
  const runtime = createVirtualRuntime({ seed, startMs: START_MS, pace: 'fast' });
  const network = createGsmNetwork({ runtime, seed, ...gsm });

  function attach(sim: Sim800, line: Wire, driver: Partial<ModemOptions>, isAcking: boolean): Station {
    const inner = runtimeClock(runtime);
    const uart = portUart(line[0]);
    let isCut = false;
    const clock: Clock = { ...inner, after: (ms, fn) => inner.after(ms, () => (isCut ? undefined : fn())) };
    const station: Station = {
      sim,
      line,
      clock,
      got: [],
      acks: [],
      events: [],
      cut: () => void (isCut = true),
      modem: undefined as never,
    };
    station.modem = createModem(
      {
        write: (bytes) => (isCut ? undefined : uart.write(bytes)),
        onData: (listener) => uart.onData((bytes) => (isCut ? undefined : listener(bytes))),
      },
      createOutbox(clock, {
        onSms(sms, ack) {
          station.got.push(sms);
          if (isAcking) ack();
          else station.acks.push(ack);
        },
        onEvent: (name, value) => void station.events.push(`${name} ${value}`),
        ...driver,
      }),
    );
    startModem(station.modem);
    return station;
  }

  return {
    runtime,
    network,
    station(options = {}, driver = {}, isAcking = true) {
      const line = wire(runtime, { baud: 115200 });
      const sim = createSim800({ runtime, seed, number: COLD, network, port: line[1], kind, ...options });
      return attach(sim, line, driver, isAcking);
    },
    reboot(station, driver = {}, isAcking = true) {
      station.cut();
      return attach(station.sim, station.line, driver, isAcking);
    },
  };
}

/** A send store in memory that outlives a driver. */
export function memoryStore(): SendStore & { size(): number } {
  const kept = new Map<number, Uint8Array>();
  return {
    readPlace: (id) => kept.get(id) ?? new Uint8Array(0),
    writePlace: (id, bytes) => void (bytes.length ? kept.set(id, bytes.slice()) : kept.delete(id)),
    size: () => kept.size,
  };
}
