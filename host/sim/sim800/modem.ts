// The simulated modem, a SIM800, an A7670 or a SIM7600 (kinds.ts): power, start-up, registration, incoming SMS, and
// every fault on request. Spec: SIM800 Series AT Command Manual 1.09; 3GPP TS 27.007. All waiting is the runtime's; all
// chance comes from the seed. Leaves command lines to dialogue.ts, the commands to commands/, mangled output to
// output.ts.
import { PDU_REPORT, hexOfBytes } from '../../../protocol/sms/pdu';
import type { Timer } from '../../kit/runtime';
import { UNDER_VOLTAGE_MV } from '../../modem/supply';
import { createChance } from '../gsm/chance';
import type { Attachment } from '../gsm/types';
import { networkTimeUrc } from './commands/registration';
import { Dialogue, type NextFault } from './dialogue';
import { createOutput } from './output';
import { MODEM_KINDS } from './kinds';
import { freePlace, freshSettings, shownPlace, type Sim800Core } from './state';
import type { Sim800, Sim800Faults, Sim800Options } from './types';

/** Supply below which the modem cannot go on, and the time until it stops. */
const BROWN_OUT_MV = 3300;
const BROWN_OUT_MS = 150;
/** From an outage's end to registration. */
const REGISTER_MS = 5000;

class SimulatedSim800 implements Sim800 {
  private readonly runtime = this.options.runtime;
  private readonly network = this.options.network;
  private readonly port = this.options.port;
  readonly number = this.options.number;
  private readonly kind = MODEM_KINDS[this.options.kind ?? 'sim800'];
  private readonly chance = createChance(this.options.seed, 'sim800');
  private readonly boot = this.options.bootMs ?? { rdy: 800, call: 3000, sms: 4000 };
  private readonly output = createOutput(this.runtime, this.port, this.chance, () => this.faults);
  private faults: Sim800Faults = this.options.faults ?? {};
  private attachment: Attachment | undefined;
  private timers: Timer[] = [];
  private restMv = 4012;
  private airUntilMs = 0;
  private isOn = false;
  private isRegistered = false;
  private readonly core: Sim800Core = {
    runtime: this.runtime,
    chance: this.chance,
    network: this.network,
    kind: this.kind,
    registeredAs: { creg: 1, cereg: 1, cgreg: 1, ...this.options.registeredAs },
    imei: this.options.imei ?? '868120203456781',
    operator: this.options.operator ?? 'CHINA MOBILE',
    sim: {
      isPresent: this.options.simPresent ?? true,
      pin: this.options.pin,
      pinTriesLeft: 3,
      number: this.number,
      imsi: `46000${this.number.replace(/\D/g, '').slice(-10).padStart(10, '0')}`,
      ccid: '898600' + this.number.replace(/\D/g, '').slice(-14).padStart(14, '0'),
      smsc: '+8613800210500',
      store: [],
      capacity: this.options.capacity ?? this.kind.store.capacity,
    },
    settings: freshSettings(),
    rssi: 21,
    bootStage: 0,
    clockOffsetMs: undefined,
    supplyMv: () => this.restMv - (this.runtime.nowMs() < this.airUntilMs ? (this.faults.sagMv ?? 0) : 0),
    onAir: (ms) => {
      this.airUntilMs = this.runtime.nowMs() + ms;
      if (!this.faults.sagMv) return;
      const millivolts = this.core.supplyMv();
      if (millivolts < BROWN_OUT_MV) this.later(BROWN_OUT_MS, () => this.restart());
      else if (millivolts < UNDER_VOLTAGE_MV)
        this.later(BROWN_OUT_MS, () => this.dialogue.say('UNDER-VOLTAGE WARNNING'));
    },
    registration: () => (this.core.settings.cfun !== 1 ? 0 : this.isRegistered ? 1 : 2),
    restart: () => this.restart(),
    powerOff: () => this.powerOff(),
    memoryAvailable: () => this.attachment?.memoryAvailable(),
    pinEntered: () => {
      this.dialogue.say('+CPIN: READY');
      this.later(this.boot.call, () => this.stage(2, this.kind.ready.sim));
      this.later(this.boot.sms, () => this.stage(3, this.kind.ready.sms));
    },
    timeAsked: () => this.later(5000, () => this.networkTime()),
  };
  private readonly dialogue = new Dialogue({
    core: this.core,
    chance: this.chance,
    output: this.output,
    mood: this.options.mood ?? {},
    faults: () => this.faults,
    later: (ms, fn) => this.later(ms, fn),
  });

  constructor(private readonly options: Sim800Options) {
    this.port.onData((bytes) => {
      if (this.isOn && this.core.bootStage >= 1) this.dialogue.hear(bytes);
    });
    this.network.onOutage((who, on) => {
      if (who !== this.number || !this.isOn || this.core.bootStage < 2) return;
      if (on) this.register(false);
      else this.later(REGISTER_MS, () => this.register(this.hasNetwork()));
    });
    this.network.onGsmOff(() => {
      if (!this.hasNetwork()) this.register(false);
    });
    if (this.options.poweredOn ?? true) this.powerOn();
  }

  /** Like runtime.after, forgotten when the power goes. */
  private later(ms: number, fn: () => void): void {
    const timer = this.runtime.after(ms, () => {
      this.timers = this.timers.filter((other) => other !== timer);
      fn();
    });
    this.timers.push(timer);
  }

  /** A network that this kind can use. */
  private hasNetwork(): boolean {
    return !this.network.isOutage(this.number) && (this.kind.hasLte || !this.network.isGsmOff());
  }

  private networkTime(): void {
    const { clts, ctzu } = this.core.settings;
    if (!this.isRegistered) return;
    if (clts || ctzu) this.core.clockOffsetMs = 0;
    const urc = this.kind.hasLte || clts ? networkTimeUrc(this.core) : undefined;
    if (urc) this.dialogue.say(urc);
  }

  private register(on: boolean): void {
    if (this.isRegistered === on) return;
    this.isRegistered = on;
    if (this.core.settings.creg > 0) this.dialogue.say(`+CREG: ${on ? this.core.registeredAs.creg : 2}`);
    if (on) {
      this.attachment = this.network.attach(this.number, (pdu) => this.receive(pdu));
      this.later(500, () => this.networkTime());
    } else this.attachment?.detach();
  }

  private stage(reached: number, lines: string[]): void {
    this.core.bootStage = reached;
    lines.forEach((line) => this.dialogue.say(line));
    if (reached === 2 && this.hasNetwork()) this.register(true);
  }

  powerOn(): void {
    if (this.isOn) return;
    this.isOn = true;
    this.core.bootStage = 0;
    this.core.settings = freshSettings();
    this.core.clockOffsetMs = undefined;
    this.later(this.boot.rdy, () => {
      this.stage(1, this.kind.ready.on);
      const isLocked = this.core.sim.pin !== undefined && this.core.sim.isPresent;
      this.dialogue.say(`+CPIN: ${!this.core.sim.isPresent ? 'NOT INSERTED' : isLocked ? 'SIM PIN' : 'READY'}`);
      if (!this.core.sim.isPresent || isLocked) return;
      this.later(this.boot.call - this.boot.rdy, () => this.stage(2, this.kind.ready.sim));
      this.later(this.boot.sms - this.boot.rdy, () => this.stage(3, this.kind.ready.sms));
    });
  }

  powerOff(): void {
    this.isOn = false;
    this.isRegistered = false;
    this.core.bootStage = 0;
    this.attachment?.detach();
    this.timers.forEach((timer) => timer.cancel());
    this.timers = [];
    this.output.cut();
    this.dialogue.reset();
  }

  restart(): void {
    this.powerOff();
    this.powerOn();
  }

  /** An SMS from the network: false = no room. */
  private receive(pdu: Uint8Array): boolean {
    const { cnmi, cmgf } = this.core.settings;
    if (this.core.bootStage < 3) return false;
    if ((pdu[1 + pdu[0]] & 3) === PDU_REPORT) return true;
    if (cnmi[1] === 2 && cmgf === 0) {
      this.dialogue.say(`+CMT: ,${pdu.length - 1 - pdu[0]}\r\n${hexOfBytes(pdu)}`);
      return true;
    }
    const place = freePlace(this.core.sim);
    if (place === 0) return false;
    this.core.sim.store[place] = { state: 0, pdu };
    const isSilent = this.chance.happens(this.faults.silentSms);
    if (cnmi[1] !== 0 && !isSilent)
      this.dialogue.say(`+CMTI: "${this.kind.store.name}",${shownPlace(this.core, place)}`);
    return true;
  }

  urc(text: string): void {
    this.dialogue.say(text);
  }

  setFaults(changed: Sim800Faults): void {
    this.faults = changed;
  }

  faultNext(prefix: string, fault: NextFault): void {
    this.dialogue.faultNext(prefix, fault);
  }

  setSignal(rssi: number): void {
    this.core.rssi = rssi;
  }

  setSupplyMv(millivolts: number): void {
    this.restMv = millivolts;
    if (this.isOn && millivolts < BROWN_OUT_MV) {
      this.dialogue.say('UNDER-VOLTAGE POWER DOWN');
      this.runtime.after(50, () => this.powerOff());
    } else if (this.isOn && millivolts < UNDER_VOLTAGE_MV) this.dialogue.say('UNDER-VOLTAGE WARNNING');
  }

  setSimPresent(present: boolean): void {
    this.core.sim.isPresent = present;
    if (!present) this.register(false);
    if (this.isOn) this.dialogue.say(present ? '+CPIN: READY' : '+CPIN: NOT INSERTED');
    if (present && this.isOn) this.later(REGISTER_MS, () => this.register(this.hasNetwork()));
  }

  ring(from: string): void {
    this.dialogue.say(`RING\r\n\r\n+CLIP: "${from}",145,"",0,"",0`);
  }

  stored(): number {
    return this.core.sim.store.filter(Boolean).length;
  }

  commands(): string[] {
    return this.dialogue.commands();
  }

  close(): void {
    this.powerOff();
    this.port.close();
  }
}

export function createSim800(options: Sim800Options): Sim800 {
  return new SimulatedSim800(options);
}
