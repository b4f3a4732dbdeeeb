// A GSM network with one service centre: takes SMS-SUBMIT, gives SMS-DELIVER after a while, and can be as bad as a real
// one.
// Spec: 3GPP TS 23.040 3.1 (store and forward), 27.005 3.2.5 (error codes). Nothing happens at once: delivery is always
// an event of the runtime. Leaves radio and AT commands to ../sim800.
import type { Runtime } from '../../kit/runtime';
import { createChance } from './chance';
import { deliverOf, messageOfSubmit, messagesOfInjection, type Message } from './message';
import { createPerson } from './person';
import { createRuleBook } from './rules';
import type {
  Attachment,
  Deliver,
  Fate,
  GsmNetwork,
  GsmOptions,
  GsmRule,
  GsmStats,
  SmsTraffic,
  SubmitResult,
} from './types';

/** +CMS: invalid PDU mode parameter, no network service, destination refused. */
const CMS_BAD_PDU = 304;
const CMS_NO_NETWORK = 331;
const CMS_REFUSED = 38;
/** Between two attempts at a phone whose memory was full. */
const RETRY_MS = 60_000;
/** The service centre gives up on a message after this. */
const EXPIRY_MS = 48 * 3_600_000;
/** Country prefix of numbers written without one. */
const COUNTRY = '+86';

interface Phone {
  deliver?: Deliver;
  waiting: Message[];
  retrying: boolean;
  isOut: boolean;
  reference: number;
}

export function createGsmNetwork(options: GsmOptions): GsmNetwork {
  const runtime: Runtime = options.runtime;
  const chance = createChance(options.seed, 'gsm');
  const rules = createRuleBook();
  const phones = new Map<string, Phone>();
  const trafficListeners: ((sms: SmsTraffic) => void)[] = [];
  const outageListeners: ((number: string, on: boolean) => void)[] = [];
  const stats: GsmStats = { submitted: 0, delivered: 0, lost: 0, duplicated: 0, refused: 0, waiting: 0, octets: 0 };
  const smsc = options.smsc ?? '+8613800210500';
  let faults = {
    delayMs: { min: 2000, max: 6000 },
    loss: 0,
    duplicate: 0,
    reorder: 0,
    reorderMs: 60_000,
    ...withoutUndefined(options),
  };
  let lastId = 0;

  function phone(number: string): Phone {
    const name =
      number.startsWith('+') || phones.has(number) ? number : phones.has(COUNTRY + number) ? COUNTRY + number : number;
    let found = phones.get(name);
    if (!found) phones.set(name, (found = { waiting: [], retrying: false, isOut: false, reference: 0 }));
    return found;
  }

  function traffic(message: Message, fate: Fate): SmsTraffic {
    const { id, from, to, octets, text, data, port, injected } = message;
    return { id, atMs: runtime.nowMs(), fate, from, to, octets, text, data, port, injected };
  }

  function tell(message: Message, fate: Fate): void {
    if (fate === 'submitted') stats.octets += message.octets;
    if (fate !== 'held') stats[fate]++;
    const event = traffic(message, fate);
    trafficListeners.forEach((listener) => listener(event));
  }

  function attempt(message: Message): void {
    const target = phone(message.to);
    if (runtime.nowMs() - message.submittedMs > EXPIRY_MS) return tell(message, 'lost');
    const isReachable = target.deliver !== undefined && !target.isOut;
    if (isReachable && target.deliver!(deliverOf(message, smsc))) return tell(message, 'delivered');
    target.waiting.push(message);
    tell(message, 'waiting');
    if (isReachable && !target.retrying) {
      target.retrying = true;
      runtime.after(RETRY_MS, () => {
        target.retrying = false;
        retry(target, 0);
      });
    }
  }

  function retry(target: Phone, afterMs: number): void {
    for (const message of target.waiting.splice(0)) {
      stats.waiting--;
      runtime.after(afterMs, () => attempt(message));
    }
  }

  /** Five draws for every message, whatever happens to it. */
  function dispatch(message: Message, rule: GsmRule | undefined, fixedDelayMs?: number): void {
    const isLost = chance.happens(faults.loss);
    const isDoubled = chance.happens(faults.duplicate);
    const isLate = chance.happens(faults.reorder);
    let delayMs = chance.between(faults.delayMs.min, faults.delayMs.max);
    const extraMs = chance.between(1, faults.reorderMs);
    if (isLate) delayMs += extraMs;
    if (fixedDelayMs !== undefined) delayMs = fixedDelayMs;
    if (rule?.action === 'delay') delayMs = rule.delayMs ?? delayMs;
    if (rule?.action === 'hold') return tell(message, 'held');
    if (rule ? rule.action === 'drop' : isLost) {
      runtime.after(delayMs, () => tell(message, 'lost'));
      return;
    }
    runtime.after(delayMs, () => attempt(message));
    if (rule?.action === 'duplicate' || (!rule && isDoubled)) {
      tell(message, 'duplicated');
      runtime.after(delayMs + extraMs, () => attempt(message));
    }
  }

  function enter(message: Message, fixedDelayMs?: number): SubmitResult {
    const rule = rules.take(message, traffic(message, 'submitted'));
    if (rule?.action === 'refuse') {
      tell(message, 'refused');
      return { ok: false, cms: rule.cms ?? CMS_REFUSED };
    }
    tell(message, 'submitted');
    dispatch(message, rule, fixedDelayMs);
    const sender = phone(message.from);
    sender.reference = (sender.reference + 1) & 255;
    return { ok: true, reference: sender.reference };
  }

  const network: GsmNetwork = {
    attach(number, deliver): Attachment {
      const own = phone(number);
      own.deliver = deliver;
      retry(own, 1000);
      return {
        detach: () => {
          if (own.deliver === deliver) own.deliver = undefined;
        },
        memoryAvailable: () => retry(own, 1000),
      };
    },
    submit(from, pdu) {
      if (phone(from).isOut) return { ok: false, cms: CMS_NO_NETWORK };
      let message: Message;
      try {
        message = messageOfSubmit(++lastId, from, pdu, runtime.nowMs());
      } catch {
        return { ok: false, cms: CMS_BAD_PDU };
      }
      return enter(message);
    },
    inject(sms) {
      for (const message of messagesOfInjection(() => ++lastId, sms, runtime.nowMs())) enter(message, sms.delayMs);
    },
    outage(number, on) {
      const target = phone(number);
      if (target.isOut === on) return;
      target.isOut = on;
      outageListeners.forEach((listener) => listener(number, on));
      if (!on) retry(target, 1000);
    },
    isOutage: (number) => phone(number).isOut,
    onOutage: (listener) => void outageListeners.push(listener),
    rule: (rule) => rules.add(rule, (message, afterMs) => void runtime.after(afterMs, () => attempt(message))),
    setFaults: (changes) => void (faults = { ...faults, ...changes }),
    onTraffic: (listener) => void trafficListeners.push(listener),
    stats: () => ({ ...stats }),
    person: (number) => createPerson(network, number, runtime.nowMs),
  };
  return network;
}

/** The fault settings among the options, without those left undefined. */
function withoutUndefined(
  options: GsmOptions,
): Partial<Pick<GsmOptions, 'delayMs' | 'loss' | 'duplicate' | 'reorder' | 'reorderMs'>> {
  const { delayMs, loss, duplicate, reorder, reorderMs } = options;
  return Object.fromEntries(
    Object.entries({ delayMs, loss, duplicate, reorder, reorderMs }).filter(([, value]) => value !== undefined),
  );
}
