// Shapes of the modem driver on the host (V-Device): the firmware's driver on a byte port and a runtime. No code.
// Text is ordinary Unicode here.
import { CodedError } from '../../protocol/errors';
import { ModemEventName, ModemStatus, SendStore } from '../../firmware/modem/types';
import { BytePort } from '../kit/byte-port';
import { Runtime } from '../kit/runtime';

export interface HostSms {
  from: string;
  text: string | null;
  data: Uint8Array | null;
  port: number;
  sentAt: number;
}

export interface HostModemOptions {
  port: BytePort;
  runtime: Runtime;
  pin?: string;
  store?: SendStore;
  maxTries?: number;
  pollMs?: number;
  /** Senders whose parts of a long message stay longest where there is no room for all. Default: none. */
  isTrusted?: (from: string) => boolean;
  /** Parts of a concatenated message are joined before it is called. `ack` when its effect is durable. */
  onSms: (sms: HostSms, ack: () => void) => void;
  /** The driver's events, and `parts-given-up`: so many parts of a message that never became whole were deleted. */
  onEvent?: (name: ModemEventName | 'parts-given-up', value: number | string) => void;
}

export interface HostModem {
  /**
   * Characters that GSM-7 lacks go as UCS-2; long texts in parts. Throws the codes of firmware/modem/outbox.ts
   * sendText().
   */
  sendText(to: string, text: string, done?: (error: CodedError | null) => void): void;
  /** 8-bit data with 16-bit port addressing, at most 133 octets. */
  sendData(to: string, data: Uint8Array, port: number, done?: (error: CodedError | null) => void): void;
  status(): ModemStatus;
  close(): void;
}
