/**
 * Shapes of the serial link as both ends use it: what a peer needs, offers and counts. Spec: SPEC.md 4 and 5.
 */
import { ProtocolCrypto } from '../crypto';
import { CborValue } from '../cbor/types';

/** The part of firmware/hal.ts Uart that a link uses. */
export interface LinkUart {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
}

/** The part of firmware/hal.ts Clock that a link uses. `after` never calls back before it has returned. */
export interface LinkClock {
  uptimeMs(): number;
  after(delayMs: number, fn: () => void): number;
  cancel(id: number): void;
}

/** Keys of the authenticated link. `linkKey32` is secret and stays the caller's to wipe, but for rekeyPeer. */
export interface LinkSecurity {
  linkKey32: Uint8Array;
  crypto: ProtocolCrypto;
  /** Numbers for the handshake that never repeat, in place of the crypto's. */
  random?: (lenBytes: number) => Uint8Array;
}

export interface PeerOptions {
  uart: LinkUart;
  clock: LinkClock;
  /** The initiator says hello (host to Hot: host; Hot to Cold: Hot); the other end answers. */
  role: 'initiator' | 'responder';
  /** u32, another one at every start of the program: tells a restart from a lost frame. */
  bootId: number;
  /** Absent: a plain link (host to Hot). Present on both ends or the link never comes up. */
  secure?: LinkSecurity;
  /**
   * What this end can take, told to the other one: octets a frame's payload, frames in flight (default WINDOW_DEFAULT),
   * octets a message, open requests. What is in flight has to fit the receive buffer of a board that is busy for
   * seconds.
   */
  payloadMax?: number;
  window?: number;
  messageMax?: number;
  requestsMax?: number;
  /** Requests that may wait here before `link-busy`. Default 16. */
  queueMax?: number;
  /**
   * The handler gets a request when the one before is answered: those that come meanwhile wait, at most requestsMax.
   */
  oneAtATime?: boolean;
  /** Lowest link version to accept: the caller keeps the highest it has seen. Default LINK_VERSION_MIN. */
  versionMin?: number;
  /** Default REQUEST_TIMEOUT_MS. */
  requestTimeoutMs?: number;
}

/**
 * `error.code`: `refused` (then `refusal` and `tag` are set), `link-down`, `link-busy`, `link-restarted`,
 * `link-timeout`, `link-too-long`.
 */
export interface LinkError extends Error {
  code: string;
  refusal?: number;
  tag?: string;
}

export type RequestCallback = (error: LinkError | undefined, fields: CborValue[]) => void;

/** Answers once, with `reply` or `refuse`, now or later. What is thrown with a `refusal` number is refused with it. */
export type RequestHandler = (
  type: number,
  fields: CborValue[],
  reply: (fields: CborValue[]) => void,
  refuse: (code: number, tag: string) => void,
) => void;

/** Counts since the start, for diagnostics; no secrets. */
export interface LinkStats {
  bytesIn: number;
  bytesOut: number;
  framesIn: number;
  framesOut: number;
  /** Broken framing, check sum or tag: ignored. */
  badFrames: number;
  /** Sound frames with an undecodable message: ignored. */
  badMessages: number;
  duplicates: number;
  retransmits: number;
  handshakes: number;
  /** Hello with versions that we refuse. */
  refusedVersions: number;
}

export interface Peer {
  /**
   * Sends [type, request_id, ...fields]; `callback` comes exactly once and never before this call has returned.
   * Several requests may be open at once; they arrive in order and may share a frame.
   */
  request(type: number, fields: CborValue[], callback: RequestCallback, timeoutMs?: number): void;
  onRequest(handler: RequestHandler): void;
  onUp(listener: () => void): void;
  onDown(listener: () => void): void;
  isUp(): boolean;
  /** Stops timers; open requests end with `link-down`. */
  close(): void;
  stats: LinkStats;
}
