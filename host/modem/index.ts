// The modem driver on the host, for the V-Device: the firmware's own driver on a byte port and the runtime's clock, with what
// a host can afford besides: long texts, any alphabet, parts joined. Text is ordinary Unicode here.
// Leaves AT commands, retries and the store to firmware/modem.
import { CODING_8BIT, encodeSubmit, portHeader } from '../../protocol/sms/pdu';
import { encodeText } from '../../protocol/sms/pdu-parts';
import { fail, type CodedError } from '../../protocol/errors';
import { VALIDITY_DAY, createModem, modemStatus, startModem, stopModem } from '../../firmware/modem/modem';
import { MAX_QUEUE, queueSend } from '../../firmware/modem/outbox';
import type { ModemSms, SendDone } from '../../firmware/modem/types';
import { createJoiner } from './joiner';
import { portUart, runtimeClock } from './hal';
import type { HostModem, HostModemOptions } from './types';

export * from './types';

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

export function createHostModem(options: HostModemOptions): HostModem {
  const { port, runtime, onSms, onEvent } = options;
  const joiner = createJoiner();
  const waiting: { tpdu: Uint8Array; done: SendDone }[] = [];
  let reference = runtime.random(1)[0]!;
  let isClosed = false;

  function receive(sms: ModemSms, ack: () => void): void {
    const { from, text, data, ref, total, part } = sms;
    const whole = joiner.add({ from, text, data, ref, total, part, ack });
    if (!whole) return;
    const body = whole.text === null ? null : Buffer.from(whole.text, 'latin1').toString('utf8');
    onSms({ from: Buffer.from(whole.from, 'latin1').toString('utf8'), text: body, data: whole.data, port: sms.port, sentAt: sms.sentAt }, whole.ack);
  }

  const modem = createModem(portUart(port), runtimeClock(runtime), {
    onSms: receive,
    onEvent: (name, value) => {
      onEvent?.(name, value);
      if (name === 'sent' || name === 'send-failed') runtime.after(0, refill);
    },
    store: options.store,
    pins: options.pin === undefined ? [] : [options.pin],
    maxTries: options.maxTries,
    pollMs: options.pollMs,
  }, 0, null);

  /** The driver's queue is as small as a device's; what does not fit waits here. */
  function refill(): void {
    while (!isClosed && waiting.length > 0 && modem.outbox.queue.length < MAX_QUEUE) {
      const { tpdu, done } = waiting.shift()!;
      queueSend(modem.outbox, tpdu, done);
    }
  }

  function post(tpdus: Uint8Array[], done: Done | undefined): void {
    if (isClosed) throw fail('modem-stopped', 'the modem is closed');
    const each = afterAll(tpdus.length, done);
    waiting.push(...tpdus.map((tpdu) => ({ tpdu, done: each })));
    refill();
  }

  startModem(modem);
  return {
    sendText(to, text, done) {
      reference = (reference + 1) & 255;
      post(encodeText(to, Buffer.from(text, 'utf8').toString('latin1'), reference, VALIDITY_DAY), done);
    },
    sendData: (to, data, dataPort, done) => post([encodeSubmit(to, CODING_8BIT, portHeader(dataPort), data, VALIDITY_DAY)], done),
    status: () => ({ ...modemStatus(modem), queued: modem.outbox.queue.length + waiting.length }),
    close() {
      isClosed = true;
      stopModem(modem);
      port.close();
    },
  };
}
