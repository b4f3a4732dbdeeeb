// Random AT dialogues: the driver against a simulated SIM800 in a random mood (optional fields, other orders, silence,
// errors, restarts; all from the seed), on a network that takes SMS. Measured: how late an alarm goes out, and how long
// a message stays on the SIM.
import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import { createModem, startModem } from '../../../firmware/modem/modem';
import { sendText } from '../../../firmware/modem/outbox';
import { createOutbox } from '../../../firmware/modem/outbox';
import type { Outbox } from '../../../firmware/modem/state';
import { portUart, runtimeClock } from '../../../host/modem/hal';
import { wire } from '../../../host/sim/board/wire';
import { createGsmNetwork, type GsmNetwork } from '../../../host/sim/gsm';
import { createChance, type Chance } from '../../../host/sim/gsm/chance';
import { createSim800, type Sim800, type Sim800Faults } from '../../../host/sim/sim800';
import { randomMood, type Mood } from '../../../host/sim/sim800/moods';
import { createPlainClock } from './clock';

const DEVICE = '+8613800000001';
const ADMIN = '+8613900000002';
const START_MS = Date.UTC(2026, 10, 29, 12);
export const ALARM_LIMIT_MS = 10 * MINUTE_MS;
export const STORE_LIMIT_MS = 24 * HOUR_MS;
/** Between two looks at the SIM. */
const LOOK_MS = 5000;
const LONG_LOOK_MS = 10 * MINUTE_MS;
/** Sent in a dialogue. */
const ALARMS = 2;

export interface Dialogue {
  seed: string;
  /** Milliseconds from queueing an alarm to the network's taking it. */
  alarmMs: number;
  /** Milliseconds for which the SIM was not empty, at most. */
  storeMs: number;
  /** Messages handed over, and sent to the device. */
  received: number;
  sent: number;
}

/** A line that is bad in some dialogues. */
function randomFaults(chance: Chance): Sim800Faults {
  if (chance.happens(0.6)) return {};
  return { urc: 0.1, split: 0.3, merge: 0.2, garbage: 0.03, error: 0.03, mute: 0.02, restart: 0.005, silentSms: 0.1 };
}

/** A device with its driver and SIM800, an admin, and a network between them. */
interface Scene {
  runtime: ReturnType<typeof createPlainClock>;
  network: GsmNetwork;
  chance: Chance;
  sim: Sim800;
  outbox: Outbox;
  /** Messages handed over so far. */
  received: number;
}

function openScene(seed: string, mood?: Mood): Scene {
  const runtime = createPlainClock(seed, START_MS);
  const network = createGsmNetwork({ runtime, seed });
  const chance = createChance(seed, 'dialogue');
  const line = wire(runtime, { baud: 115200 });
  const sim = createSim800({
    runtime,
    seed,
    number: DEVICE,
    network,
    port: line[1],
    mood: mood ?? randomMood(createChance(seed, 'mood')),
    faults: mood ? {} : randomFaults(chance),
  });
  const power = {
    modemOn(_index: number, done: () => void): void {
      sim.powerOn();
      runtime.after(1000, done);
    },
    modemOff: () => sim.powerOff(),
  };
  const outbox = createOutbox(runtimeClock(runtime), {
    onSms(_sms, ack) {
      scene.received++;
      ack();
    },
    power,
  });
  const scene: Scene = { runtime, network, chance, sim, outbox, received: 0 };
  startModem(createModem(portUart(line[0]), outbox));
  return scene;
}

/** The alarms that a device sends, and how late the network takes them. */
class Alarms {
  /** When each was queued; -1: the network has taken it. */
  private readonly queuedMs: number[] = [];
  private latestMs = 0;
  taken = 0;

  constructor(private readonly scene: Scene) {
    scene.network.onTraffic((traffic) => {
      if (traffic.fate === 'submitted' && traffic.from === DEVICE) this.take(Number(traffic.text!.slice(-1)));
    });
  }

  private take(at: number): void {
    const queuedMs = this.queuedMs[at];
    if (queuedMs === undefined || queuedMs < 0) return;
    this.latestMs = Math.max(this.latestMs, this.scene.runtime.nowMs() - queuedMs);
    this.queuedMs[at] = -1;
    this.taken++;
  }

  queue(): void {
    sendText(this.scene.outbox, ADMIN, `CC:ALARM:forgery:${this.queuedMs.length}`, null, true);
    this.queuedMs.push(this.scene.runtime.nowMs());
  }

  /** Milliseconds of the latest; one that was never taken is late until now. */
  lateMs(): number {
    const waitedMs = this.queuedMs.filter((ms) => ms >= 0).map((ms) => this.scene.runtime.nowMs() - ms);
    return Math.max(this.latestMs, ...waitedMs);
  }
}

/** Lets time pass until all is sent and read; returns for how long the SIM was not empty, at most. */
function awaitEmpty({ runtime, sim }: Scene, alarms: Alarms): number {
  let fullMs = 0;
  let storeMs = 0;
  let isBusy = true;
  while (isBusy && runtime.nowMs() < START_MS + STORE_LIMIT_MS + HOUR_MS) {
    const lookMs = runtime.nowMs() - START_MS < 20 * MINUTE_MS ? LOOK_MS : LONG_LOOK_MS;
    runtime.runFor(lookMs);
    fullMs = sim.stored() ? fullMs + lookMs : 0;
    storeMs = Math.max(storeMs, fullMs);
    isBusy = alarms.taken < ALARMS || sim.stored() > 0 || runtime.nowMs() - START_MS < 12 * MINUTE_MS;
  }
  return storeMs;
}

/** Runs one dialogue: two alarms, up to three messages. `mood` instead of a random one. */
export function runDialogue(seed: string, mood?: Mood): Dialogue {
  const scene = openScene(seed, mood);
  const { runtime, network, chance, sim } = scene;
  const alarms = new Alarms(scene);
  const sent = chance.between(1, 3);
  for (let i = 0; i < sent; i++)
    network.inject({ from: ADMIN, to: DEVICE, text: `sms ${i}`, delayMs: chance.between(1000, 5 * MINUTE_MS) });
  for (let i = 0; i < ALARMS; i++) {
    runtime.runFor(chance.between(0, i ? 6 * MINUTE_MS : MINUTE_MS));
    alarms.queue();
  }
  const storeMs = awaitEmpty(scene, alarms);
  sim.close();
  return { seed, alarmMs: alarms.lateMs(), storeMs, received: scene.received, sent };
}

/** The worst of `count` dialogues, and the seeds of those beyond a limit. */
export function runDialogues(
  seed: string,
  count: number,
): { latestAlarmMs: number; longestStoreMs: number; bad: Dialogue[] } {
  let latestAlarmMs = 0;
  let longestStoreMs = 0;
  const bad: Dialogue[] = [];
  for (let i = 0; i < count; i++) {
    const dialogue = runDialogue(`${seed}-${i}`);
    latestAlarmMs = Math.max(latestAlarmMs, dialogue.alarmMs);
    longestStoreMs = Math.max(longestStoreMs, dialogue.storeMs);
    if (dialogue.alarmMs > ALARM_LIMIT_MS || dialogue.storeMs > STORE_LIMIT_MS) bad.push(dialogue);
  }
  return { latestAlarmMs, longestStoreMs, bad };
}
