// The modem driver on the host, for the V-Device: the firmware's own driver on a byte port and the runtime's clock,
// with what a host can afford besides: long texts, any alphabet, parts joined. Text is ordinary Unicode here. Leaves AT
// commands, retries and the store to firmware/modem.
import { CODING_8BIT, encodeSubmit, portHeader } from '../../protocol/sms/pdu';
import { encodeText } from '../../protocol/sms/pdu-parts';
import { fail, type CodedError } from '../../protocol/errors';
import { createModem, modemStatus, startModem, stopModem } from '../../firmware/modem/modem';
import { VALIDITY_DAY, createOutbox, queueSend } from '../../firmware/modem/outbox';
import type { ModemEventName, ModemSms, SendDone } from '../../firmware/modem/types';
import { createJoiner } from './joiner';
import { portUart, runtimeClock } from './hal';
import type { HostModem, HostModemOptions } from './types';

export * from './types';

/** A host has room for more than a device. */
const MAX_WAITING = 200;
/** Between two looks for parts that have waited too long. */
const PART_CHECK_MS = 600_000;

type Done = (error: CodedError | null) => void;

/** Calls `done` once: when all `count` parts have gone, or with the first part's failure. */
function afterAll(count: number, done: Done | undefined): SendDone {
  let left = count;
  return (error) => {
    if (left <= 0) return;
    left = error ? 0 : left - 1;
    if (left === 0) done?.(error);
  };
}

class DriverModem implements HostModem {
  private readonly port = this.options.port;
  private readonly runtime = this.options.runtime;
  private readonly onSms = this.options.onSms;
  private readonly onEvent = this.options.onEvent;
  private readonly clock = runtimeClock(this.runtime);
  private readonly joiner = createJoiner({
    nowMs: () => this.clock.uptimeMs(),
    isTrusted: this.options.isTrusted,
    onGivenUp: (parts) => this.onEvent?.('parts-given-up', parts),
  });
  private reference = this.runtime.random(1)[0];
  private isClosed = false;
  private fullMs = -Infinity;
  private checking = this.runtime.after(PART_CHECK_MS, () => this.checkParts());
  private readonly modem = createModem(
    portUart(this.port),
    createOutbox(this.clock, {
      onSms: (sms, ack) => this.receive(sms, ack),
      onEvent: (name, value) => this.noteEvent(name, value),
      store: this.options.store,
      pins: this.options.pin === undefined ? [] : [this.options.pin],
      maxTries: this.options.maxTries,
      maxQueue: MAX_WAITING,
      pollMs: this.options.pollMs,
    }),
  );

  constructor(private readonly options: HostModemOptions) {
    startModem(this.modem);
  }

  private checkParts(): void {
    this.joiner.giveUpOld();
    this.checking = this.runtime.after(PART_CHECK_MS, () => this.checkParts());
  }

  /** The driver reports a full store at every look at it; the owner hears of it once in PART_CHECK_MS. */
  private noteEvent(name: ModemEventName, value: number | string): void {
    const isFull = name === 'store-full';
    if (!isFull || this.clock.uptimeMs() - this.fullMs >= PART_CHECK_MS) this.onEvent?.(name, value);
    if (!isFull) return;
    this.fullMs = this.clock.uptimeMs();
    this.joiner.makeRoom();
  }

  private receive(sms: ModemSms, ack: () => void): void {
    const { from, text, data, ref, total, part } = sms;
    const whole = this.joiner.add({ from, text, data, ref, total, part, ack });
    if (!whole) return;
    const body = whole.text === null ? null : Buffer.from(whole.text, 'latin1').toString('utf8');
    this.onSms(
      {
        from: Buffer.from(whole.from, 'latin1').toString('utf8'),
        text: body,
        data: whole.data,
        port: sms.port,
        sentAt: sms.sentAt,
      },
      whole.ack,
    );
  }

  private post(tpdus: Uint8Array[], done: Done | undefined): void {
    if (this.isClosed) throw fail('modem-stopped', 'the modem is closed');
    if (this.modem.outbox.queue.length + tpdus.length > MAX_WAITING)
      throw fail('modem-queue-full', `at most ${MAX_WAITING} SMS`);
    const each = afterAll(tpdus.length, done);
    for (const tpdu of tpdus) queueSend(this.modem.outbox, tpdu, each, true);
  }

  sendText(to: string, text: string, done?: Done) {
    this.reference = (this.reference + 1) & 255;
    this.post(encodeText(to, Buffer.from(text, 'utf8').toString('latin1'), this.reference, VALIDITY_DAY), done);
  }

  sendData(to: string, data: Uint8Array, dataPort: number, done?: Done) {
    return this.post([encodeSubmit(to, CODING_8BIT, portHeader(dataPort), data, VALIDITY_DAY)], done);
  }

  status() {
    return modemStatus(this.modem);
  }

  close() {
    this.isClosed = true;
    this.checking.cancel();
    stopModem(this.modem);
    this.port.close();
  }
}

export function createHostModem(options: HostModemOptions): HostModem {
  return new DriverModem(options);
}
