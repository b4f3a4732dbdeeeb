// The octets of a ZMTP 3.0 subscriber: greeting, handshake, frames. No I/O. Anything that is none of it is refused with
// an error. Spec: ZMTP 3.0, rfc.zeromq.org/spec/23.

import { fail } from '../../protocol/errors';

const GREETING_BYTES = 64;
const SIGNATURE_FIRST = 0xff;
const SIGNATURE_LAST = 0x7f;
const VERSION_AT = 10;
const VERSION_MIN = 3;
const MECHANISM_AT = 12;
const MECHANISM_BYTES = 20;
const FLAG_MORE = 1;
const FLAG_LONG = 2;
const FLAG_COMMAND = 4;
const LONG_BYTES = 8;
/** A transaction has 4 MB at most. */
const FRAME_MAX_BYTES = 8 * 1024 * 1024;
/** A notice has three: topic, body, number. */
const PARTS_MAX = 8;
const SUBSCRIBE = 1;

/** Of version 3.0, mechanism NULL, a client. */
export const GREETING = Buffer.alloc(GREETING_BYTES);
GREETING[0] = SIGNATURE_FIRST;
GREETING[VERSION_AT - 2] = 1;
GREETING[VERSION_AT - 1] = SIGNATURE_LAST;
GREETING[VERSION_AT] = VERSION_MIN;
GREETING.write('NULL', MECHANISM_AT, 'latin1');

function shortFrame(flags: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([flags, body.length]), body]);
}

/** A name as commands have it: its length before it. */
function named(name: string): Buffer {
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1')]);
}

/** The command that ends the handshake: this end is a SUB socket. */
export const READY = shortFrame(
  FLAG_COMMAND,
  Buffer.concat([named('READY'), named('Socket-Type'), Buffer.from([0, 0, 0, 3]), Buffer.from('SUB', 'latin1')]),
);

/** The message by which a subscriber asks for a topic. */
export function subscription(topic: string): Buffer {
  return shortFrame(0, Buffer.concat([Buffer.from([SUBSCRIBE]), Buffer.from(topic, 'latin1')]));
}

export interface FrameListener {
  onGreeting(): void;
  /** The handshake has ended. */
  onReady(): void;
  onMessage(parts: Buffer[]): void;
}

/** Reads what comes in, in pieces of any size. */
export class FrameReader {
  private waiting: Buffer[] = [];
  private lenBytes = 0;
  private isGreeted = false;
  private isReady = false;
  private parts: Buffer[] = [];
  /** Octets without which nothing more can be read: spares joining the pieces of a long frame again and again. */
  private wantedBytes = GREETING_BYTES;

  constructor(private readonly listener: FrameListener) {}

  private greet(bytes: Buffer): void {
    const mechanism = bytes.toString('latin1', MECHANISM_AT, MECHANISM_AT + MECHANISM_BYTES).replace(/\0+$/, '');
    const isSigned = bytes[0] === SIGNATURE_FIRST && (bytes[VERSION_AT - 1] & 1) === 1;
    if (!isSigned || bytes[VERSION_AT] < VERSION_MIN) throw fail('zmtp-form', 'no ZMTP 3 publisher');
    if (mechanism !== 'NULL') throw fail('zmtp-form', 'a publisher with security');
    this.isGreeted = true;
    this.listener.onGreeting();
  }

  private takeCommand(body: Buffer): void {
    const name = body.toString('latin1', 1, 1 + body[0]);
    if (name === 'ERROR') throw fail('zmtp-form', 'the publisher refuses the subscription');
    if (name !== 'READY' || this.isReady) return;
    this.isReady = true;
    this.listener.onReady();
  }

  private takePart(body: Buffer, isLast: boolean): void {
    if (!this.isReady || this.parts.length >= PARTS_MAX) throw fail('zmtp-form', 'a message out of place');
    this.parts.push(body);
    if (isLast) this.listener.onMessage(this.parts.splice(0));
  }

  /** Takes one frame from `at`; returns where the next one begins, or -1 while it is not whole. */
  private next(bytes: Buffer, at: number): number {
    const left = bytes.length - at;
    if (!this.isGreeted) {
      if (left < GREETING_BYTES) return -1;
      this.greet(bytes);
      return at + GREETING_BYTES;
    }
    const isLong = left > 0 && (bytes[at] & FLAG_LONG) !== 0;
    const headBytes = isLong ? 1 + LONG_BYTES : 2;
    this.wantedBytes = headBytes;
    if (left < headBytes) return -1;
    const bodyBytes = isLong ? Number(bytes.readBigUInt64BE(at + 1)) : bytes[at + 1];
    if (bodyBytes > FRAME_MAX_BYTES) throw fail('zmtp-form', 'a frame that is too long');
    this.wantedBytes = headBytes + bodyBytes;
    if (left < this.wantedBytes) return -1;
    const body = Buffer.from(bytes.subarray(at + headBytes, at + this.wantedBytes));
    if (bytes[at] & FLAG_COMMAND) this.takeCommand(body);
    else this.takePart(body, (bytes[at] & FLAG_MORE) === 0);
    return at + headBytes + bodyBytes;
  }

  /** Throws `zmtp-form` for what is no publisher's. */
  push(piece: Buffer): void {
    this.waiting.push(piece);
    this.lenBytes += piece.length;
    if (this.lenBytes < this.wantedBytes) return;
    const bytes = Buffer.concat(this.waiting);
    let at = 0;
    for (let end = 0; end >= 0; end = this.next(bytes, at)) at = end;
    this.waiting = [bytes.subarray(at)];
    this.lenBytes = bytes.length - at;
  }
}
