// The modem driver on the host, for the V-Device: the firmware's own driver on a byte port and the runtime's clock,
// with what a host can afford besides: long texts, any alphabet, parts joined. Text is ordinary Unicode here. Leaves AT
// commands, retries and the store to firmware/modem.
import { CODING_8BIT, encodeSubmit, portHeader } from '../../protocol/sms/pdu';
import { encodeText } from '../../protocol/sms/pdu-parts';
import { fail, type CodedError } from '../../protocol/errors';
import { VALIDITY_DAY, createModem, modemStatus, startModem, stopModem } from '../../firmware/modem/modem';
import { createOutbox, queueSend } from '../../firmware/modem/outbox';
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

export function createHostModem(options: HostModemOptions): HostModem {
  const { port, runtime, onSms, onEvent } = options;
  const joiner = createJoiner({
    nowMs: () => runtime.nowMs(),
    onGivenUp: (parts) => onEvent?.('parts-given-up', parts),
  });
  let reference = runtime.random(1)[0];
  let isClosed = false;
  let fullMs = -Infinity;
  let checking = runtime.after(PART_CHECK_MS, checkParts);

  function checkParts(): void {
    joiner.giveUpOld();
    checking = runtime.after(PART_CHECK_MS, checkParts);
  }

  /** The driver reports a full store at every look at it; the owner hears of it once in PART_CHECK_MS. */
  function noteEvent(name: ModemEventName, value: number | string): void {
    const isFull = name === 'store-full';
    if (!isFull || runtime.nowMs() - fullMs >= PART_CHECK_MS) onEvent?.(name, value);
    if (!isFull) return;
    fullMs = runtime.nowMs();
    joiner.makeRoom();
  }

  function receive(sms: ModemSms, ack: () => void): void {
    const { from, text, data, ref, total, part } = sms;
    const whole = joiner.add({ from, text, data, ref, total, part, ack });
    if (!whole) return;
    const body = whole.text === null ? null : Buffer.from(whole.text, 'latin1').toString('utf8');
    onSms(
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

  const modem = createModem(
    portUart(port),
    createOutbox(runtimeClock(runtime), {
      onSms: receive,
      onEvent: noteEvent,
      store: options.store,
      pins: options.pin === undefined ? [] : [options.pin],
      maxTries: options.maxTries,
      maxQueue: MAX_WAITING,
      pollMs: options.pollMs,
    }),
  );

  function post(tpdus: Uint8Array[], done: Done | undefined): void {
    if (isClosed) throw fail('modem-stopped', 'the modem is closed');
    if (modem.outbox.queue.length + tpdus.length > MAX_WAITING)
      throw fail('modem-queue-full', `at most ${MAX_WAITING} SMS`);
    const each = afterAll(tpdus.length, done);
    for (const tpdu of tpdus) queueSend(modem.outbox, tpdu, each, true);
  }

  startModem(modem);
  return {
    sendText(to, text, done) {
      reference = (reference + 1) & 255;
      post(encodeText(to, Buffer.from(text, 'utf8').toString('latin1'), reference, VALIDITY_DAY), done);
    },
    sendData: (to, data, dataPort, done) =>
      post([encodeSubmit(to, CODING_8BIT, portHeader(dataPort), data, VALIDITY_DAY)], done),
    status: () => modemStatus(modem),
    close() {
      isClosed = true;
      checking.cancel();
      stopModem(modem);
      port.close();
    },
  };
}
