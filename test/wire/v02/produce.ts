/**
 * What the code of today puts on the wire for the fixed inputs of version 2: name → octets. Keys, nonces and identities
 * are constants or come from a generator that is part of this file, so the octets can be frozen
 * (test/vectors/wire/v02.json).
 */
import { channelKey } from '../../../protocol/channel/channel';
import {
  attestationHash,
  batchDigest,
  batchProof,
  pairingCode,
  sendAuthority,
  sendContent,
} from '../../../protocol/request/authority';
import { cborEncode, CborValue } from '../../../protocol/cbor';
import {
  attestFields,
  pingFields,
  prevTxFields,
  signBeginFields,
  signInputFields,
  signOutsFields,
} from '../../../protocol/link/messages';
import { createPeer } from '../../../protocol/link/peer';
import {
  alarmFields,
  batchAnswerFields,
  batchVerifyFields,
  noticeFields,
  sealSms,
  statusAnswerFields,
} from '../../../protocol/sms/v2';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { ColdChannels, VChannels } from '../../../tools/bench/wire/channel-ends';
import { line, TestClock } from '../../../tools/bench/wire/line';

const fill = (lenBytes: number, value: number): Uint8Array => new Uint8Array(lenBytes).fill(value);

/** Octets n, n+1, … for each call one further: enough for nonces and ephemeral keys that nobody uses. */
function counting(first: number): (lenBytes: number) => Uint8Array {
  let next = first;
  return (lenBytes) => Uint8Array.from({ length: lenBytes }, () => next++ & 0xff);
}

/** The octets that both ends of a link write, in order, while one request is answered and one refused. */
function linkTranscript(isSecure: boolean): { [name: string]: Uint8Array } {
  const clock = new TestClock();
  const written: { [name: string]: Uint8Array } = {};
  const name = isSecure ? 'authenticated' : 'plain';
  let count = 0;
  const ends = line(clock, { baud: 115_200 });
  const tapped = (index: 0 | 1, who: string) => ({
    ...ends[index],
    write(bytes: Uint8Array) {
      written[`link ${name} ${String(++count).padStart(2, '0')} ${who}`] = Uint8Array.from(bytes);
      ends[index].write(bytes);
    },
  });
  const secure = (first: number) =>
    isSecure ? { linkKey32: fill(32, 0x4b), crypto: protocolCrypto(counting(first)) } : undefined;
  const hot = createPeer({
    uart: tapped(0, 'initiator'),
    clock,
    role: 'initiator',
    bootId: 0x01020304,
    secure: secure(0x10),
  });
  const cold = createPeer({
    uart: tapped(1, 'responder'),
    clock,
    role: 'responder',
    bootId: 0x0a0b0c0d,
    secure: secure(0x60),
    payloadMax: 200,
    messageMax: 1024,
    requestsMax: 4,
  });
  cold.onRequest((type, fields, reply, refuse) =>
    type === 2 ? reply(fields.length ? fields : ['cold', 1]) : type === 3 ? reply([]) : refuse(6, 'locked'),
  );
  hot.onUp(() => {
    for (const [type, fields] of [
      [2, []],
      [3, []],
      [4, []],
      [2, [fill(250, 0xaa)]],
    ] as [number, CborValue[]][])
      hot.request(type, fields, () => undefined);
  });
  clock.run(2000);
  hot.close();
  cold.close();
  return written;
}

export function produceV02(): { [name: string]: Uint8Array } {
  const crypto = protocolCrypto(counting(1));
  const vPriv = fill(32, 0x11);
  const coldPriv = fill(32, 0x22);
  const peers = {
    network: 'regtest',
    account: 3,
    coldIdentity33: crypto.pubkeyCreate(coldPriv),
    vIdentity33: crypto.pubkeyCreate(vPriv),
  };
  const coldEnd = new ColdChannels(crypto, peers, coldPriv);
  const vEnd = new VChannels(crypto, peers, vPriv);
  coldEnd.lastId = 0x00010202;
  vEnd.counter = 6;
  /** OPEN or RENEW and its ACCEPT. */
  const exchange = (): Uint8Array[] => {
    const ask = vEnd.ask();
    const accept = coldEnd.take(ask).accept!;
    vEnd.take(accept);
    return [ask, accept];
  };
  const [open, openAccept] = exchange();
  const v = { ...vEnd.current!, key32: Uint8Array.from(vEnd.current!.key32) };
  const cold = { channel: { ...v, sendSeq: 1 } };
  const keys = ['to cold', 'to v', 'request', 'proof', 'root'].flatMap((use, i) => [
    ...channelKey(crypto, v, use, i < 2 ? 64 : 32),
  ]);
  const [vRenew, vAccept] = exchange();
  const [coldRenew, coldAccept] = exchange();
  const toV = (op: number, fields: CborValue[]): Uint8Array => sealSms(crypto, cold.channel, 'to-v', op, fields);
  const outs = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080,10000';
  const authority = sendAuthority(
    crypto,
    channelKey(crypto, v, 'request', 32),
    {
      network: 'regtest',
      account: 3,
      channelId: v.id,
      userTxNo: '8001',
      maxFeeSats: 2000,
    },
    sendContent(crypto, outs, 1),
  );
  const digest = batchDigest(
    crypto,
    { network: 'regtest', account: 3, side: 1, batchNo: 0 },
    Array.from({ length: 1000 }, (_, i) => `address${i}`),
  );
  const begin = {
    account: 3,
    proto: 2,
    channelId: v.id,
    userTxNo: '8001',
    outs,
    dynamic: 1,
    maxFeeSats: 2000,
    authority,
    txVersion: 2,
    locktime: 0,
    nInputs: 1,
    feeSats: 500,
    changeIndex: null,
  };
  const message = (type: number, fields: CborValue[]): Uint8Array =>
    cborEncode(([type, 5] as CborValue[]).concat(fields));
  return {
    'message sign-begin': message(6, signBeginFields(begin)),
    'message sign-input': message(
      7,
      signInputFields({
        i: 0,
        prevTxid: fill(32, 0x77),
        vout: 1,
        sequence: 0xfffffffd,
        chain: 1,
        index: 1000,
        prevTxLen: 222,
      }),
    ),
    'message prev-tx': message(8, prevTxFields({ i: 0, offset: 400, bytes: fill(4, 0x55) })),
    'message sign-finish': message(9, []),
    'message sign-result': message(10, [0]),
    'message attest': message(11, attestFields({ account: 3, side: 2, batchNo: 300 })),
    'message ping': message(
      5,
      pingFields({
        account: 3,
        proto: 2,
        channelId: v.id,
        userTxNo: '8001',
        dynamic: 1,
        maxFeeSats: 0,
        authority: fill(32, 1),
      }),
    ),
    'message refusal': message(1, [6, 'locked']),
    'message sign-begin, outs to follow': message(6, signBeginFields({ ...begin, outs: 'x'.repeat(2000) })),
    'message sign-outs': message(12, signOutsFields({ offset: 400, text: ';bcrt1' })),
    'pairing key': coldEnd.pair.key32,
    'sms open': open,
    'sms accept of an open': openAccept,
    'channel key and what comes of it': Uint8Array.from([...v.key32, ...keys]),
    'sms renew, a key of V': vRenew,
    'sms accept of it': vAccept,
    'sms renew, a key of HSM-Cold asked for': coldRenew,
    'sms accept with it': coldAccept,
    'sms batch-verify': sealSms(crypto, v, 'to-cold', 51, batchVerifyFields({ side: 1, batchNo: 0 })),
    'sms status': sealSms(crypto, v, 'to-cold', 53, []),
    'sms batch-answer': toV(
      52,
      batchAnswerFields({
        side: 1,
        batchNo: 0,
        status: 0,
        seconds: 0,
        proof: batchProof(crypto, channelKey(crypto, v, 'proof', 32), 1, 0, digest),
      }),
    ),
    'sms batch-answer deriving': toV(52, batchAnswerFields({ side: 1, batchNo: 1, status: 1, seconds: 3600 })),
    'sms status-answer': toV(
      54,
      statusAnswerFields({
        deviceState: 3,
        accountState: 1,
        unixSeconds: 1_790_000_000,
        batchesHot: 2,
        batchesCold: 1,
        radio: 4,
      }),
    ),
    'sms alarm': toV(55, alarmFields({ code: 1, accountState: 2, unixSeconds: 1_790_000_000 })),
    'sms notice': toV(
      56,
      noticeFields({ noticeNo: 4, maxPerTxSats: 100_000_000, maxPerDaySats: 0, policyDigest8: fill(8, 0x99) }),
    ),
    'batch digest': digest,
    'attestation hash': attestationHash(crypto, digest),
    'pairing code': Buffer.from(pairingCode(crypto, peers.coldIdentity33, peers.vIdentity33)),
    ...linkTranscript(false),
    ...linkTranscript(true),
  };
}
