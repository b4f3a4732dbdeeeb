/**
 * The rules of SPEC.md 7.5 under every order of events that chance finds: SMS lost, doubled, late and crossed,
 * restarts, states restored and rolled back. At each step V's channel is one that HSM-Cold holds, but while V opens
 * between the identities; after the noise one clean exchange suffices.
 * Curve25519 of node:crypto stands in for the curve: the rules are the same and thousands of runs take seconds.
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  createCipheriv,
} from 'node:crypto';
import { expect } from 'chai';
import type { Channel } from '../../protocol/channel/channel';
import type { ProtocolCrypto } from '../../protocol/crypto';
import { openSms, sealSms } from '../../protocol/sms/v2';
import { SMS_ALARM, SMS_STATUS } from '../../protocol/wire';
import { ColdChannels, identities, ignoring, VChannels } from '../../tools/bench/wire/channel-ends';
import { seeded, seededBytes } from '../../tools/bench/wire/line';

const RUNS = Number(process.env['CHANNEL_RUNS'] ?? 120);
const STEPS = 80;
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

function quickCrypto(random: (lenBytes: number) => Uint8Array): ProtocolCrypto {
  const privateKey = (priv: Uint8Array) =>
    createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, priv]), format: 'der', type: 'pkcs8' });
  const point = (x: Uint8Array): Uint8Array => Uint8Array.from([2, ...x]);
  return {
    sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    hmacSha256: (key, bytes) => new Uint8Array(createHmac('sha256', key).update(bytes).digest()),
    hkdfSha256: (ikm, salt, info, lenBytes) => new Uint8Array(hkdfSync('sha256', ikm, salt, info, lenBytes)),
    aes256Ctr: (key, iv, bytes) => new Uint8Array(createCipheriv('aes-256-ctr', key, iv).update(bytes)),
    pubkeyCreate: (priv) =>
      point(createPublicKey(privateKey(priv)).export({ format: 'der', type: 'spki' }).subarray(-32)),
    ecdh: (pub, priv) =>
      point(
        diffieHellman({
          privateKey: privateKey(priv),
          publicKey: createPublicKey({
            key: Buffer.concat([PUBLIC_HEAD, pub.subarray(1)]),
            format: 'der',
            type: 'spki',
          }),
        }),
      ),
    random,
  };
}

const isSame = (a: Channel | undefined, b: Channel | undefined): boolean =>
  a !== undefined && b !== undefined && a.id === b.id && Buffer.from(a.key32).equals(b.key32);
const copyOf = (channel: Channel | undefined): Channel | undefined =>
  channel && {
    ...channel,
    key32: Uint8Array.from(channel.key32),
    own32: Uint8Array.from(channel.own32),
    other32: Uint8Array.from(channel.other32),
  };

interface Sms {
  toCold: boolean;
  body: Uint8Array;
}

function run(seed: number, mayLoseState: boolean): { exchanges: number; alarms: number; losses: number } {
  const next = seeded(seed * 7919);
  const crypto = quickCrypto(seededBytes(seeded(seed)));
  const ids = identities(crypto);
  const v = new VChannels(crypto, ids.peers, ids.vPriv);
  const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
  const flying: Sms[] = [];
  const sealed = new Set<string>();
  const figures = { exchanges: 0, alarms: 0, losses: 0 };
  let kept: { current?: Channel; old?: Channel; pending?: VChannels['pending']; tries: number } | undefined;

  const takeV = (body: Uint8Array): void =>
    void ignoring(() => {
      const { op } = v.take(body);
      if (op !== SMS_ALARM) return void figures.exchanges++;
      const name = Buffer.from(body).toString('hex');
      expect(sealed.has(name), 'an alarm of HSM-Cold').to.equal(true);
      if (!mayLoseState) expect(sealed.delete(name), 'once').to.equal(true);
      figures.alarms++;
    });
  const takeCold = (body: Uint8Array): void =>
    void ignoring(() => {
      const { accept } = cold.take(body);
      if (accept) flying.push({ toCold: false, body: accept });
    });
  const deliver = (sms: Sms): void => (sms.toCold ? takeCold(sms.body) : takeV(sms.body));
  /** V's counter follows the clock: no copy of its state takes it back. */
  const ask = (): Uint8Array => {
    v.counter = Math.max(v.counter, figures.losses * 1000);
    return v.ask();
  };

  function step(dice: number): void {
    if (dice < 0.2) flying.push({ toCold: true, body: ask() });
    else if (dice < 0.23) v.beginOpen();
    else if (dice < 0.35 && v.current)
      flying.push({ toCold: true, body: sealSms(crypto, v.current, 'to-cold', SMS_STATUS, []) });
    else if (dice < 0.42 && cold.current) {
      const body = sealSms(crypto, cold.current, 'to-v', SMS_ALARM, [1, 2, 3]);
      sealed.add(Buffer.from(body).toString('hex'));
      flying.push({ toCold: false, body });
    } else if (dice < 0.45 && cold.next) cold.next = { ...cold.next, said32: undefined };
    else if (dice < 0.47 && mayLoseState) {
      kept = { current: copyOf(v.current), old: v.old, tries: v.tries };
      if (v.pending) kept.pending = { ...v.pending, own32: Uint8Array.from(v.pending.own32) };
    } else if (dice < 0.49 && mayLoseState && kept) {
      Object.assign(v, {
        current: copyOf(kept.current),
        old: kept.old,
        pending: kept.pending && { ...kept.pending, own32: Uint8Array.from(kept.pending.own32) },
        tries: kept.tries,
      });
      figures.losses++;
    } else if (dice < 0.5 && mayLoseState) {
      cold.current = cold.next = undefined;
      cold.lastId = Math.max(cold.lastId, v.current?.id ?? 0);
      figures.losses++;
    } else if (flying.length) {
      const at = Math.floor(next() * flying.length);
      const sms = flying[at];
      if (next() < 0.85) flying.splice(at, 1);
      if (next() < 0.9) deliver(sms);
    }
  }

  for (let i = 0; i < STEPS; i++) {
    step(next());
    const isOpening = v.pending !== undefined && !v.pending.baseId;
    if (!mayLoseState && v.current && !isOpening)
      expect(
        isSame(v.current, cold.current) || isSame(v.current, cold.next),
        `seed ${seed} step ${i}: HSM-Cold holds V’s channel`,
      ).to.equal(true);
  }
  flying.length = 0;
  if (!mayLoseState && v.current && (!v.pending || v.pending.baseId)) {
    takeCold(sealSms(crypto, v.current, 'to-cold', SMS_STATUS, []));
    expect(isSame(v.current, cold.current), `seed ${seed}: one operation, and both are on the same channel`).to.equal(
      true,
    );
  }
  const before = v.current;
  figures.losses++;
  for (let tries = 0; v.current === before; tries++) {
    expect(tries, `seed ${seed}: a new channel`).to.be.below(mayLoseState ? 12 : 7);
    takeCold(ask());
    for (const sms of flying.splice(0)) deliver(sms);
  }
  takeCold(sealSms(crypto, v.current!, 'to-cold', SMS_STATUS, []));
  expect(isSame(v.current, cold.current), `seed ${seed}: the same channel in the end`).to.equal(true);
  expect(openSms(crypto, v.current!, 'to-v', sealSms(crypto, cold.current!, 'to-v', SMS_ALARM, [1, 2, 3])).op).to.equal(
    SMS_ALARM,
  );
  return figures;
}

describe('channel: any order of events (SPEC.md 7.5)', function () {
  this.timeout(300_000);
  for (const [title, mayLoseState] of [
    ['at every step HSM-Cold holds the channel that V uses', false],
    ['states lost and restored on either side', true],
  ] as const) {
    it(`${RUNS} runs: ${title}`, () => {
      const sums = { exchanges: 0, alarms: 0, losses: 0 };
      for (let seed = 1; seed <= RUNS; seed++) {
        const figures = run(seed, mayLoseState);
        for (const name of ['exchanges', 'alarms', 'losses'] as const) sums[name] += figures[name];
      }
      expect(sums.exchanges / RUNS).to.be.greaterThan(2);
      expect(sums.alarms).to.be.greaterThan(RUNS / 2);
      console.log(
        `      ${sums.exchanges} exchanges finished, ${sums.alarms} alarms read, ${sums.losses - RUNS} states lost`,
      );
    });
  }
});
