// A GSM network with one service centre: takes SMS-SUBMIT, gives SMS-DELIVER after a while, and can be as bad as a real
// one.
// Spec: 3GPP TS 23.040 3.1 (store and forward), 27.005 3.2.5 (error codes). Nothing happens at once: delivery is always
// an event of the runtime. Leaves radio and AT commands to ../sim800.
import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
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
  Injection,
  GsmOptions,
  GsmRule,
  GsmStats,
  SmsTraffic,
  SubmitResult,
} from './types';

/** +CMS: invalid PDU mode parameter, no network service, destination refused. */
export const CMS_BAD_PDU = 304;
export const CMS_NO_NETWORK = 331;
const CMS_REFUSED = 38;
/** Between two attempts at a phone whose memory was full. */
const RETRY_MS = MINUTE_MS;
/** The service centre gives up on a message after this. */
const EXPIRY_MS = 48 * HOUR_MS;
/** Country prefix of numbers written without one. */
const COUNTRY = '+86';

interface Phone {
  deliver?: Deliver;
  waiting: Message[];
  retrying: boolean;
  isOut: boolean;
  reference: number;
}

class SimulatedNetwork implements GsmNetwork {
  private readonly runtime: Runtime = this.options.runtime;
  private readonly chance = createChance(this.options.seed, 'gsm');
  private readonly rules = createRuleBook();
  private readonly phones = new Map<string, Phone>();
  private readonly trafficListeners: ((sms: SmsTraffic) => void)[] = [];
  private isOff = false;
  private readonly gsmOffListeners: (() => void)[] = [];
  private readonly outageListeners: ((number: string, on: boolean) => void)[] = [];
  private readonly counters: GsmStats = {
    submitted: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    refused: 0,
    waiting: 0,
    octets: 0,
  };
  private readonly smsc = this.options.smsc ?? '+8613800210500';
  private faults = {
    delayMs: { min: 2000, max: 6000 },
    loss: 0,
    duplicate: 0,
    reorder: 0,
    reorderMs: MINUTE_MS,
    ...withoutUndefined(this.options),
  };
  private lastId = 0;

  constructor(private readonly options: GsmOptions) {}

  private phone(number: string): Phone {
    const name =
      number.startsWith('+') || this.phones.has(number)
        ? number
        : this.phones.has(COUNTRY + number)
          ? COUNTRY + number
          : number;
    let found = this.phones.get(name);
    if (!found) this.phones.set(name, (found = { waiting: [], retrying: false, isOut: false, reference: 0 }));
    return found;
  }

  private traffic(message: Message, fate: Fate): SmsTraffic {
    const { id, from, to, octets, text, data, port, injected } = message;
    return { id, atMs: this.runtime.nowMs(), fate, from, to, octets, text, data, port, injected };
  }

  private tell(message: Message, fate: Fate): void {
    if (fate === 'submitted') this.counters.octets += message.octets;
    if (fate !== 'held') this.counters[fate]++;
    const event = this.traffic(message, fate);
    this.trafficListeners.forEach((listener) => listener(event));
  }

  private attempt(message: Message): void {
    const target = this.phone(message.to);
    if (this.runtime.nowMs() - message.submittedMs > EXPIRY_MS) return this.tell(message, 'lost');
    const isReachable = target.deliver !== undefined && !target.isOut;
    if (isReachable && target.deliver!(deliverOf(message, this.smsc))) return this.tell(message, 'delivered');
    target.waiting.push(message);
    this.tell(message, 'waiting');
    if (isReachable && !target.retrying) {
      target.retrying = true;
      this.runtime.after(RETRY_MS, () => {
        target.retrying = false;
        this.retry(target, 0);
      });
    }
  }

  private retry(target: Phone, afterMs: number): void {
    for (const message of target.waiting.splice(0)) {
      this.counters.waiting--;
      this.runtime.after(afterMs, () => this.attempt(message));
    }
  }

  /** Five draws for every message, whatever happens to it. */
  private dispatch(message: Message, rule: GsmRule | undefined, fixedDelayMs?: number): void {
    const isLost = this.chance.happens(this.faults.loss);
    const isDoubled = this.chance.happens(this.faults.duplicate);
    const isLate = this.chance.happens(this.faults.reorder);
    let delayMs = this.chance.between(this.faults.delayMs.min, this.faults.delayMs.max);
    const extraMs = this.chance.between(1, this.faults.reorderMs);
    if (isLate) delayMs += extraMs;
    if (fixedDelayMs !== undefined) delayMs = fixedDelayMs;
    if (rule?.action === 'delay') delayMs = rule.delayMs ?? delayMs;
    if (rule?.action === 'hold') return this.tell(message, 'held');
    if (rule ? rule.action === 'drop' : isLost) {
      this.runtime.after(delayMs, () => this.tell(message, 'lost'));
      return;
    }
    this.runtime.after(delayMs, () => this.attempt(message));
    if (rule?.action === 'duplicate' || (!rule && isDoubled)) {
      this.tell(message, 'duplicated');
      this.runtime.after(delayMs + extraMs, () => this.attempt(message));
    }
  }

  private enter(message: Message, fixedDelayMs?: number): SubmitResult {
    const rule = this.rules.take(message, this.traffic(message, 'submitted'));
    if (rule?.action === 'refuse') {
      this.tell(message, 'refused');
      return { ok: false, cms: rule.cms ?? CMS_REFUSED };
    }
    this.tell(message, 'submitted');
    this.dispatch(message, rule, fixedDelayMs);
    const sender = this.phone(message.from);
    sender.reference = (sender.reference + 1) & 255;
    return { ok: true, reference: sender.reference };
  }

  attach(number: string, deliver: Deliver): Attachment {
    const own = this.phone(number);
    own.deliver = deliver;
    this.retry(own, 1000);
    return {
      detach: () => {
        if (own.deliver === deliver) own.deliver = undefined;
      },
      memoryAvailable: () => this.retry(own, 1000),
    };
  }

  submit(from: string, pdu: Uint8Array): SubmitResult {
    if (this.phone(from).isOut) return { ok: false, cms: CMS_NO_NETWORK };
    let message: Message;
    try {
      message = messageOfSubmit(++this.lastId, from, pdu, this.runtime.nowMs());
    } catch {
      return { ok: false, cms: CMS_BAD_PDU };
    }
    return this.enter(message);
  }

  inject(sms: Injection) {
    for (const message of messagesOfInjection(() => ++this.lastId, sms, this.runtime.nowMs()))
      this.enter(message, sms.delayMs);
  }

  outage(number: string, on: boolean) {
    const target = this.phone(number);
    if (target.isOut === on) return;
    target.isOut = on;
    this.outageListeners.forEach((listener) => listener(number, on));
    if (!on) this.retry(target, 1000);
  }

  isOutage(number: string) {
    return this.phone(number).isOut;
  }

  switchOffGsm() {
    this.isOff = true;
    this.gsmOffListeners.forEach((listener) => listener());
  }

  isGsmOff() {
    return this.isOff;
  }

  onGsmOff(listener: () => void) {
    this.gsmOffListeners.push(listener);
  }

  onOutage(listener: (number: string, on: boolean) => void) {
    this.outageListeners.push(listener);
  }

  rule(rule: GsmRule) {
    return this.rules.add(rule, (message, afterMs) => void this.runtime.after(afterMs, () => this.attempt(message)));
  }

  setFaults(changes: Partial<Pick<GsmOptions, 'delayMs' | 'loss' | 'duplicate' | 'reorder' | 'reorderMs'>>) {
    this.faults = { ...this.faults, ...changes };
  }

  onTraffic(listener: (sms: SmsTraffic) => void) {
    this.trafficListeners.push(listener);
  }

  stats() {
    return { ...this.counters };
  }

  person(number: string) {
    return createPerson(this, number, this.runtime.nowMs);
  }
}

export function createGsmNetwork(options: GsmOptions): GsmNetwork {
  return new SimulatedNetwork(options);
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
