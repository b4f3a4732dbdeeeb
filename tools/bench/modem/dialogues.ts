// Random AT dialogues: the driver against a simulated SIM800 in a random mood (optional fields, other orders, silence,
// errors, restarts; all from the seed), on a network that takes SMS. Measured: how late an alarm goes out, and how long
// a message stays on the SIM.
import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import { createModem, sendText, startModem } from '../../../firmware/modem/modem';
import { createOutbox } from '../../../firmware/modem/outbox';
import { portUart, runtimeClock } from '../../../host/modem/hal';
import { wire } from '../../../host/sim/board/wire';
import { createGsmNetwork } from '../../../host/sim/gsm';
import { createChance, type Chance } from '../../../host/sim/gsm/chance';
import { createSim800, type Sim800Faults } from '../../../host/sim/sim800';
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

/** Runs one dialogue: two alarms, up to three messages. `mood` instead of a random one. */
export function runDialogue(seed: string, mood?: Mood): Dialogue {
  const runtime = createPlainClock(seed, START_MS);
  const network = createGsmNetwork({ runtime, seed });
  const chance = createChance(seed, 'dialogue');
  const line = wire(runtime);
  const sim = createSim800({
    runtime,
    seed,
    number: DEVICE,
    network,
    port: line[1],
    mood: mood ?? randomMood(createChance(seed, 'mood')),
    faults: mood ? {} : randomFaults(chance),
  });
  let received = 0;
  const power = {
    modemOn(_index: number, done: () => void): void {
      sim.powerOn();
      runtime.after(1000, done);
    },
    modemOff: () => sim.powerOff(),
  };
  const outbox = createOutbox(runtimeClock(runtime), {
    onSms(_sms, ack) {
      received++;
      ack();
    },
    power,
  });
  let alarmMs = 0;
  let taken = 0;
  const queuedMs: number[] = [];
  network.onTraffic((traffic) => {
    if (traffic.fate !== 'submitted' || traffic.from !== DEVICE) return;
    const at = Number(traffic.text!.slice(-1));
    if (queuedMs[at] === undefined || queuedMs[at] < 0) return;
    alarmMs = Math.max(alarmMs, runtime.nowMs() - queuedMs[at]);
    queuedMs[at] = -1;
    taken++;
  });
  startModem(createModem(portUart(line[0]), outbox));
  const alarm = (): void => {
    sendText(outbox, ADMIN, `CC:ALARM:forgery:${queuedMs.length}`, null, true);
    queuedMs.push(runtime.nowMs());
  };
  const sent = chance.between(1, 3);
  for (let i = 0; i < sent; i++)
    network.inject({ from: ADMIN, to: DEVICE, text: `sms ${i}`, delayMs: chance.between(1000, 5 * MINUTE_MS) });
  runtime.runFor(chance.between(0, MINUTE_MS));
  alarm();
  runtime.runFor(chance.between(0, 6 * MINUTE_MS));
  alarm();

  let fullMs = 0;
  let storeMs = 0;
  let isBusy = true;
  while (isBusy && runtime.nowMs() < START_MS + STORE_LIMIT_MS + HOUR_MS) {
    const lookMs = runtime.nowMs() - START_MS < 20 * MINUTE_MS ? LOOK_MS : LONG_LOOK_MS;
    runtime.runFor(lookMs);
    fullMs = sim.stored() ? fullMs + lookMs : 0;
    storeMs = Math.max(storeMs, fullMs);
    isBusy = taken < 2 || sim.stored() > 0 || runtime.nowMs() - START_MS < 12 * MINUTE_MS;
  }
  queuedMs.filter((ms) => ms >= 0).forEach((ms) => (alarmMs = Math.max(alarmMs, runtime.nowMs() - ms)));
  sim.close();
  return { seed, alarmMs, storeMs, received, sent };
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
