// V's modem: given ready, or as a serial line, on which V runs the host's driver with its send queue in V's own state.

import type { BytePort } from '../../kit/byte-port';
import { createHostModem } from '../../modem';
import type { Log } from '../../kit/log';
import type { Runtime } from '../../kit/runtime';
import type { State } from '../state';
import type { IncomingSms, VModem } from '../types';

export interface OpenModem extends VModem {
  /** Ends the driver where V started it. */
  close(): void;
}

/** Events of the modem that V's owner has to look at. */
const TROUBLE = [
  'no-sim',
  'pin-needed',
  'pin-wrong',
  'store-full',
  'bad-sms',
  'sms-stuck',
  'step-passed',
  'unknown-modem',
  'send-failed',
  'parts-given-up',
];

/** Trouble with a modem that V drives itself goes to the log. */
export function openModem(
  modem: VModem | BytePort,
  options: { runtime: Runtime; state: State; log: Log; simPin?: string; isTrusted(from: string): boolean },
): OpenModem {
  const { runtime, state, log, simPin, isTrusted } = options;
  if (!('write' in modem)) {
    return {
      sendText: (to, text) => modem.sendText(to, text),
      sendData: (to, port, data) => modem.sendData(to, port, data),
      onSms: (next) => modem.onSms(next),
      close() {},
    };
  }
  let listener: ((sms: IncomingSms, done: () => void) => void) | undefined;
  // The line is its owner's: V going down ends the driver, not the cable.
  const port: BytePort = {
    write: (bytes) => modem.write(bytes),
    onData: (next) => modem.onData(next),
    onClose: (next) => modem.onClose(next),
    close() {},
  };
  const driver = createHostModem({
    port,
    runtime,
    pin: simPin,
    store: state.sendStore,
    isTrusted,
    onEvent(name, value) {
      if (TROUBLE.includes(name)) log.over('sms').warn(`modem: ${name} ${value}`);
    },
    onSms: ({ from, text, data, port }, ack) =>
      listener?.({ from, text: text ?? undefined, data: data ?? undefined, port: port < 0 ? undefined : port }, ack),
  });
  return {
    sendText: (to, text) => driver.sendText(to, text),
    sendData: (to, port, data) => driver.sendData(to, data, port),
    onSms: (next) => void (listener = next),
    close: () => driver.close(),
  };
}
