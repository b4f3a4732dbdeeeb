/**
 * The state of one end of a link, and its way out to the line. Spec: SPEC.md 4. Leaves handshakes to handshake.ts, what
 * comes in and when things happen to link.ts.
 */
import { joinBytes } from '../bytes';
import {
  CRC_BYTES,
  HELLO_FIRST_MS,
  LINK_VERSION_MAX,
  LINK_VERSION_MIN,
  MESSAGE_MAX,
  MESSAGE_MIN,
  PAYLOAD_MAX,
  PAYLOAD_MIN,
  REQUESTS_MAX,
  WINDOW_DEFAULT,
  WINDOW_MAX,
} from '../wire';
import { frameLine, LineBuffer, lineBuffer } from './frame';
import { closeFrame, HelloLimits } from './secure';
import { sendFrame, Session } from './session';
import { LinkSecurity, LinkStats, LinkUart, PeerOptions } from './types';

export const EVENT_NONE = 0;
export const EVENT_UP = 1;
export const EVENT_DOWN = 2;
/** Up again after the other end's restart. */
export const EVENT_RESTARTED = 3;
/** A new session with the same run of the other end: what was not answered goes out again. */
export const EVENT_RENEWED = 4;

export interface Link {
  uart: LinkUart;
  isInitiator: boolean;
  own: HelloLimits;
  secure?: LinkSecurity;
  stats: LinkStats;
  line: LineBuffer;
  /** From the first frame of a session until silence: survives the change to a new session. */
  isUp: boolean;
  /** The session in use, and (responder) the one that the other end has not yet used. */
  session?: Session;
  next?: Session;
  /** The HELLO that is open (initiator) or was answered last (responder), and the answer, both without check. */
  hello?: Uint8Array;
  reply?: Uint8Array;
  helloAtMs: number;
  helloDelayMs: number;
  noSessionAtMs: number;
  handshakes: number;
  /** Boot id of the other end's run that the last session was with; −1: none yet. */
  otherBootId: number;
  /** Beginning of a message that goes on in the next frame. */
  partial?: Uint8Array;
  isSkipping: boolean;
  /** Complete payloads in order of arrival, encoded messages that wait to go out. */
  inbox: Uint8Array[];
  outbox: Uint8Array[];
  events: number[];
}

function bounded(value: number | undefined, least: number, most: number): number {
  return value === undefined || value > most ? most : value < least ? least : value;
}

export function newLink(options: PeerOptions, stats: LinkStats): Link {
  return {
    uart: options.uart,
    isInitiator: options.role === 'initiator',
    own: {
      versionMin: bounded(
        options.versionMin === undefined ? LINK_VERSION_MIN : options.versionMin,
        LINK_VERSION_MIN,
        255,
      ),
      versionMax: LINK_VERSION_MAX,
      bootId: options.bootId,
      payloadMax: bounded(options.payloadMax, PAYLOAD_MIN, PAYLOAD_MAX),
      window: bounded(options.window || WINDOW_DEFAULT, 1, WINDOW_MAX),
      messageMax: bounded(options.messageMax, MESSAGE_MIN, MESSAGE_MAX),
      requestsMax: bounded(options.requestsMax, 1, REQUESTS_MAX),
    },
    secure: options.secure,
    stats: stats,
    line: lineBuffer(),
    isUp: false,
    helloAtMs: 0,
    helloDelayMs: HELLO_FIRST_MS,
    noSessionAtMs: 0,
    handshakes: 0,
    otherBootId: -1,
    isSkipping: false,
    inbox: [],
    outbox: [],
    events: [],
  };
}

/** Puts a body on the line. `opens` for what may come after garbage. */
export function writeBody(link: Link, body: Uint8Array, opens: boolean): void {
  const line = frameLine(body, opens);
  link.stats.framesOut++;
  link.stats.bytesOut += line.length;
  link.uart.write(line);
}

/** Sends an unsealed body: adds its CRC. */
export function writePlain(link: Link, unsealed: Uint8Array): void {
  const body = joinBytes(unsealed, new Uint8Array(CRC_BYTES));
  closeFrame(body, 0, 0);
  writeBody(link, body, true);
}

/** Sends one new DATA frame. */
export function transmit(link: Link, session: Session, payload: Uint8Array, flags: number, nowMs: number): void {
  writeBody(link, sendFrame(session, payload, flags, nowMs, link.secure && link.secure.crypto), false);
}
