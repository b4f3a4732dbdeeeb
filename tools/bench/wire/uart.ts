/**
 * What signing costs on a UART and how much of the line a stream gets, on the virtual line of the link's tests: two
 * peers, 115,200 baud, chunks of at most 64 octets. No figure depends on the machine.
 */
import { createPeer } from '../../../protocol/link/peer';
import type { Peer } from '../../../protocol/link/types';
import type { CborValue } from '../../../protocol/cbor';
import { prevTxFields, signBeginFields, signInputFields } from '../../../protocol/link/messages';
import {
  MSG_PREV_TX,
  MSG_SIGN_BEGIN,
  MSG_SIGN_FINISH,
  MSG_SIGN_INPUT,
  MSG_SIGN_RESULT,
  PREV_TX_CHUNK_MAX,
  PROTO_V2,
  PREV_TX_MAX,
} from '../../../protocol/wire';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { BAUD_DEFAULT, BITS_PER_BYTE } from '../../../host/sim/board/wire';
import { line, LineEnd, seeded, seededBytes, TestClock } from './line';

/** HSM-Cold answers the last piece of a previous transaction when it has derived the input's key. */
const DERIVING_MS = 5;
const OUTS = [
  ['bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 1_250_000],
  ['bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry', 98_765_432],
  ['bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk', 40_000],
] as const;
/** A previous transaction of the same shape, without witnesses: 2 inputs, 3 P2WPKH outputs. */
const PREV_TX_BYTES = 4 + 1 + 2 * 41 + 1 + 3 * 31 + 4;
const N_INPUTS = 2;

interface Pair {
  clock: TestClock;
  ends: [LineEnd, LineEnd];
  hot: Peer;
  cold: Peer;
}

function pair(isSecure: boolean): Pair {
  const clock = new TestClock();
  const ends = line(clock, { baud: BAUD_DEFAULT });
  const secure = (seed: number) =>
    isSecure ? { linkKey32: new Uint8Array(32).fill(1), crypto: protocolCrypto(seededBytes(seeded(seed))) } : undefined;
  const hot = createPeer({ uart: ends[0], clock, role: 'initiator', bootId: 1, secure: secure(1) });
  const cold = createPeer({ uart: ends[1], clock, role: 'responder', bootId: 2, secure: secure(2), oneAtATime: true });
  clock.run(1000);
  return { clock, ends, hot, cold };
}

/**
 * What HSM-Cold cannot do without for a 2-in 3-out segwit transaction, and what it gives back, in octets of Bitcoin's
 * own forms (SPEC.md 5.4): nothing of frames, numbers of messages, lengths or names.
 */
export function signingInformation(): number {
  const outs = OUTS.map(([address, sats]) => `${address},${sats}`).join(';').length;
  const request = 4 + 1 + 4 + '8001'.length + outs + 1 + 8 + 32 + 4 + 4 + 1 + 8 + 4;
  const input = 32 + 4 + 4 + 1 + 4 + PREV_TX_BYTES;
  const result = 32 + N_INPUTS * 64;
  return request + N_INPUTS * input + result;
}

/** Octets on the line, both directions, for the whole exchange of such a signing. */
export function signingOctets(isSecure: boolean): { octets: number; ms: number } {
  const { clock, ends, hot, cold } = pair(isSecure);
  const sig = new Uint8Array(64).fill(5);
  cold.onRequest((type, _fields, reply) => {
    if (type === MSG_PREV_TX) clock.after(DERIVING_MS, () => reply([]));
    else if (type === MSG_SIGN_FINISH) reply([N_INPUTS, new Uint8Array(32).fill(9)]);
    else if (type === MSG_SIGN_RESULT) reply([[sig, sig]]);
    else reply([]);
  });
  const before = ends[0].sent + ends[1].sent;
  const startMs = clock.uptimeMs();
  let open = 0;
  const ask = (type: number, fields: CborValue[]): void => {
    open++;
    hot.request(type, fields, (error) => {
      if (error) throw error;
      open--;
    });
  };
  ask(
    MSG_SIGN_BEGIN,
    signBeginFields({
      account: 0,
      proto: PROTO_V2,
      channelId: 12,
      userTxNo: '8001',
      outs: OUTS.map(([address, sats]) => `${address},${sats}`).join(';'),
      dynamic: 1,
      maxFeeSats: 200_000,
      authority: new Uint8Array(32).fill(7),
      txVersion: 2,
      locktime: 0,
      nInputs: N_INPUTS,
      feeSats: 1410,
      changeIndex: null,
    }),
  );
  for (let i = 0; i < N_INPUTS; i++) {
    ask(
      MSG_SIGN_INPUT,
      signInputFields({
        i,
        prevTxid: new Uint8Array(32).fill(3),
        vout: 1,
        sequence: 0xfffffffd,
        chain: 0,
        index: 1042,
        prevTxLen: PREV_TX_BYTES,
      }),
    );
    ask(MSG_PREV_TX, prevTxFields({ i, offset: 0, bytes: new Uint8Array(PREV_TX_BYTES).fill(4) }));
  }
  ask(MSG_SIGN_FINISH, []);
  ask(MSG_SIGN_RESULT, [0]);
  clock.run(startMs + 10_000, () => open === 0);
  const doneMs = clock.uptimeMs() - startMs;
  clock.run(startMs + 10_000);
  return { octets: ends[0].sent + ends[1].sent - before, ms: doneMs };
}

/** Share of the line that the octets of one large previous transaction get, streamed in PREV_TX messages. */
export function streamShare(isSecure: boolean): { share: number; bytesPerS: number; waitingMax: number } {
  const { clock, hot, cold } = pair(isSecure);
  const total = 200_000;
  let received = 0;
  cold.onRequest((_type, fields, reply) => {
    received += (fields[2] as Uint8Array).length;
    reply([]);
  });
  const startMs = clock.uptimeMs();
  let offset = 0;
  let waiting = 0;
  let waitingMax = 0;
  const pump = (): void => {
    while (waiting < 8 && offset < Math.min(total, PREV_TX_MAX)) {
      const bytes = new Uint8Array(PREV_TX_CHUNK_MAX).fill(offset & 255 || 1);
      hot.request(MSG_PREV_TX, prevTxFields({ i: 0, offset, bytes }), () => {
        waiting--;
        pump();
      });
      offset += bytes.length;
      waitingMax = Math.max(waitingMax, ++waiting);
    }
  };
  pump();
  clock.run(startMs + 600_000, () => received >= total);
  const seconds = (clock.uptimeMs() - startMs) / 1000;
  return { share: total / seconds / (BAUD_DEFAULT / BITS_PER_BYTE), bytesPerS: total / seconds, waitingMax };
}
