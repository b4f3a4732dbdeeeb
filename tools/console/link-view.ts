// Both directions of a link as people read them: each frame's kind, number, acknowledgement and length, and, with the
// link key, what is in it. Sessions are followed from their HELLO and HELLO_REPLY on; a listener who came later sees
// sealed frames until the next handshake. Spec: SPEC.md 4. Shows names, numbers and lengths of fields; never keys, nor
// the octets of a field.
import * as fs from 'node:fs';
import { fail } from '../../protocol/errors';
import { equalBytes } from '../../protocol/bytes';
import { frameBody, lineBuffer, lineClear, lineTake } from '../../protocol/link/frame';
import {
  checkBytes,
  cipher,
  headBytes,
  helloLimits,
  helloTag,
  isAckKind,
  isHello,
  isSealedBy,
  isSound,
  sessionKeys,
  type SessionKeys,
} from '../../protocol/link/secure';
import { wholeNumber } from '../../protocol/link/session';
import {
  CRC_BYTES,
  FRAME_FLAG_CONTINUES,
  FRAME_FLAG_SEALED,
  FRAME_HELLO,
  FRAME_HELLO_REPLY,
  LINK_NONCE_BYTES,
  LINK_TAG_BYTES,
  MESSAGE_MAX,
} from '../../protocol/wire';
import { protocolCrypto } from '../../host/kit/protocol-crypto';
import { describeFrame, describeMessage, levelOf, type Direction, type TrafficEntry } from './traffic';

const crypto = protocolCrypto(() => {
  throw fail('no-random', 'nothing random is needed here');
});

/** One direction of a session: keys to read it with, the next number expected, a message that has come in part. */
interface Way {
  keys: SessionKeys;
  next: number;
  parts: Uint8Array[];
}

type Session = { [direction in Direction]: Way };

const OTHER: { [direction in Direction]: Direction } = { in: 'out', out: 'in' };

/** A file with the link key as 64 hex digits. Throws `link-key-file`; what it holds is in no message. */
export function readLinkKey(file: string): Uint8Array {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'latin1').trim() : undefined;
  if (text === undefined) throw fail('link-key-file', `there is no file ${file}`);
  if (!/^[0-9a-f]{64}$/i.test(text)) throw fail('link-key-file', `${file} expected 64 hex digits and nothing else`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}

export interface LinkView {
  take(direction: Direction, bytes: Uint8Array, at: number): void;
}

class TrafficView implements LinkView {
  private readonly lines = { in: lineBuffer(), out: lineBuffer() };
  private hello: { bytes: Uint8Array; direction: Direction } | undefined;
  /** The session in use, and the one that the last handshake made: its first sound frame puts it in use. */
  /** The session in use, and the one that the last handshake made: its first sound frame puts it in use. */
  private sessions: Session[] = [];

  constructor(
    private readonly give: (entry: TrafficEntry) => void,
    private readonly linkKey32?: Uint8Array,
  ) {}

  private begin(reply: Uint8Array): string {
    if (
      !this.hello ||
      !equalBytes(
        reply.subarray(reply.length - LINK_NONCE_BYTES),
        this.hello.bytes.subarray(this.hello.bytes.length - LINK_NONCE_BYTES),
      )
    )
      return '';
    const fromInitiator = sessionKeys(crypto, this.linkKey32!, this.hello.bytes, reply, false);
    const toInitiator = sessionKeys(crypto, this.linkKey32!, this.hello.bytes, reply, true);
    const way = (keys: SessionKeys): Way => ({ keys, next: 0, parts: [] });
    const made = {
      [this.hello.direction]: way(fromInitiator),
      [OTHER[this.hello.direction]]: way(toInitiator),
    } as unknown as Session;
    this.sessions = [made, ...this.sessions.slice(0, 1)];
    return '; a session begins';
  }

  private describeHello(direction: Direction, body: Uint8Array): string {
    const bytes = body.slice(0, body.length - CRC_BYTES);
    const limits = helloLimits(bytes);
    const facts =
      `boot ${limits.bootId}, versions ${limits.versionMin}-${limits.versionMax}, payload ` +
      `${limits.payloadMax}, window ${limits.window}`;
    if (!isSound(body)) return `${describeFrame(body)} with a wrong check sum`;
    if (body[0] === FRAME_HELLO) {
      this.hello = { bytes, direction };
      return `HELLO (${facts})`;
    }
    const isSecure = isHello(body, true) && bytes.length > LINK_TAG_BYTES + LINK_NONCE_BYTES;
    if (!isSecure || !this.linkKey32) return `HELLO-REPLY (${facts})`;
    const reply = bytes.slice(0, bytes.length - LINK_TAG_BYTES);
    if (!this.hello) return `HELLO-REPLY (${facts}); its HELLO was not heard: listen on both directions`;
    if (!equalBytes(helloTag(crypto, this.linkKey32, this.hello.bytes, reply), bytes.subarray(reply.length)))
      return `HELLO-REPLY (${facts}); the link key given is not this link's`;
    return `HELLO-REPLY (${facts})${this.begin(reply)}`;
  }

  /** What a sealed frame holds, when one of the sessions fits; undefined otherwise. */
  private open(direction: Direction, body: Uint8Array): string | undefined {
    const isAck = isAckKind(body[0]);
    const head = headBytes(body[0]);
    if (body.length < head + checkBytes(body[0])) return undefined;
    for (const session of this.sessions) {
      const way = session[direction];
      const seq = isAck ? 0 : wholeNumber(body[1], way.next);
      const ack = wholeNumber(body[head - 1], session[OTHER[direction]].next);
      if (seq < 0 || ack < 0 || !isSealedBy(crypto, way.keys, body, seq, ack)) continue;
      this.sessions = [session, ...this.sessions.filter((each) => each !== session)].slice(0, 2);
      if (isAck) return `ACK ${ack}`;
      const shown = `DATA ${seq} ack ${ack}: `;
      if (seq !== way.next) return `${shown}${seq < way.next ? 'sent again' : 'after a gap'}`;
      way.next++;
      const payload = cipher(crypto, way.keys.encIn, seq, body.slice(head, body.length - LINK_TAG_BYTES));
      if (payload.length === 0) return `${shown}nothing (keeps the session)`;
      way.parts.push(payload);
      const lenBytes = way.parts.reduce((sum, part) => sum + part.length, 0);
      if (body[0] & FRAME_FLAG_CONTINUES && lenBytes < MESSAGE_MAX)
        return `${shown}part of a message, ${payload.length} bytes`;
      const message = new Uint8Array(Buffer.concat(way.parts.splice(0)));
      return `${shown}${describeMessage(message)}`;
    }
    return undefined;
  }

  private describe(direction: Direction, body: Uint8Array): string {
    const kind = body[0];
    if ((kind === FRAME_HELLO || kind === FRAME_HELLO_REPLY) && (isHello(body, true) || isHello(body, false)))
      return this.describeHello(direction, body);
    return (kind & FRAME_FLAG_SEALED && this.linkKey32 ? this.open(direction, body) : undefined) ?? describeFrame(body);
  }

  take(direction: Direction, bytes: Uint8Array, at: number): void {
    const line = this.lines[direction];
    for (let from = 0; ;) {
      const next = lineTake(line, bytes, from);
      if (next < 0) return;
      let text: string | undefined;
      if (line.isOverlong) text = 'overlong frame dropped';
      else if (line.fill > 0) {
        const body = frameBody(line.bytes, line.fill);
        text = body ? this.describe(direction, body) : `${line.fill} bytes that are not COBS`;
      }
      if (text !== undefined) this.give({ at, kind: 'link', direction, level: levelOf('link', text), text });
      lineClear(line);
      from = next;
    }
  }
}

/** give: gets an entry for each frame. linkKey32: secret; without it sealed frames stay sealed. */
export function createLinkView(give: (entry: TrafficEntry) => void, linkKey32?: Uint8Array): LinkView {
  return new TrafficView(give, linkKey32);
}
