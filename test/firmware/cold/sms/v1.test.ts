// HSM-Cold's side of the published app's text protocol. Spec: SPEC.md 9; signed messages checked with the noble curve.
import { secp256k1 } from '@noble/curves/secp256k1';
import { sha256 } from '@noble/hashes/sha2';
import { expect } from 'chai';
import { lock, status, unlock } from '../../../../host/operator';
import {
  v1BatchText,
  v1FormatChannelOk,
  v1FormatOpen,
  v1FormatVerify,
  v1ParseToV,
  v1RequestText,
  v1SignedPayload,
} from '../../../../protocol/sms/v1';
import {
  MSG_PING,
  REFUSE_ACCOUNT_CLOSED,
  REFUSE_BAD_AUTHORITY,
  REFUSE_LOCKED,
  REFUSE_NO_CHANNEL,
  REFUSE_PROTO_OFF,
} from '../../../../protocol/wire';
import { addressOf, makeCoin, out, pay, pubOf, refusalOf } from '../../payments';
import { ADMIN_NUMBER, COLD_NUMBER, PIN, V_NUMBER, channelRig, readyRig, type Rig } from '../../rig';

const QH_PRIV = new Uint8Array(32).fill(77);
const QH = Buffer.from(secp256k1.getPublicKey(QH_PRIV)).toString('hex').toUpperCase();

function hashOf(text: string): Uint8Array {
  return sha256(sha256(v1SignedPayload(text)));
}

/** 65 octets as the app signs: header 31 or 32, r, s. */
function sign(text: string): Uint8Array {
  const sig = secp256k1.sign(hashOf(text), QH_PRIV, { lowS: true });
  return Uint8Array.from([31 + sig.recovery, ...sig.toCompactRawBytes()]);
}

function texts(rig: Rig): string[] {
  return rig.v.phone.inbox.flatMap((sms) => (sms.text === null ? [] : [sms.text]));
}

async function open(rig: Rig, hId = 1): Promise<{ cId: number; qc: string }> {
  const before = texts(rig).length;
  rig.v.phone.send(COLD_NUMBER, v1FormatOpen({ qh: QH, hId }));
  await rig.world.until(() => texts(rig).length > before);
  const { accept } = v1ParseToV(texts(rig).pop()!)!;
  expect(accept!.hId).to.equal(hId);
  return { cId: accept!.cId, qc: accept!.qc };
}

function authority(userTxNo: string, outs: string): Uint8Array {
  return sign(v1RequestText({ coinCode: 'BTC', dynamic: 0, outs, userTxNo }));
}

describe('cold/sms/v1', () => {
  for (const script of ['p2pkh', 'p2wpkh'] as const) {
    it(`opens, signs batches and payments, ${script}`, async () => {
      const rig = await readyRig({ script, account: { protocols: ['v1'] } });
      const { cId, qc } = await open(rig);
      rig.v.phone.send(COLD_NUMBER, v1FormatChannelOk(cId));
      for (const [side, xpub, coin] of [
        [1, rig.file.hot.xpub, 'BTC'],
        [2, rig.file.cold.xpub, undefined],
      ] as const) {
        const before = texts(rig).length;
        rig.v.phone.send(COLD_NUMBER, v1FormatVerify({ side, batchNo: 0, coin }));
        expect(await rig.world.until(() => texts(rig).length > before)).to.equal(true);
        const { addresses } = v1ParseToV(texts(rig).pop()!)!;
        expect({
          side: addresses!.side,
          batchNo: addresses!.batchNo,
          cId: addresses!.cId,
          coin: addresses!.coin,
        }).to.deep.equal({ side, batchNo: 0, cId, coin });
        const bytes = Uint8Array.from(Buffer.from(addresses!.signature, 'base64'));
        const list = v1BatchText(Array.from({ length: 1000 }, (_, i) => addressOf(script, pubOf(xpub, 0, i))));
        const recovered = secp256k1.Signature.fromCompact(bytes.slice(1))
          .addRecoveryBit(bytes[0] - 31)
          .recoverPublicKey(hashOf(list));
        expect(recovered.toHex(true).toUpperCase()).to.equal(qc);
      }
      const payment = {
        userTxNo: '11',
        outs: out(50_000),
        coins: [makeCoin(rig, { sats: 100_000 })],
        feeSats: 1000,
        proto: 1,
        channelId: cId,
        authority: authority('11', out(50_000)),
      };
      await pay(rig, payment);
      const many = Array.from({ length: 60 }, (_, n) => out(20_000, n + 1)).join(';');
      const large = {
        ...payment,
        userTxNo: '12',
        outs: many,
        coins: [makeCoin(rig, { sats: 3_000_000, index: 1 })],
        feeSats: 9000,
        authority: authority('12', many),
      };
      await pay(rig, large);
      await rig.world.run(60_000);
      expect(
        (await refusalOf(pay(rig, { ...large, userTxNo: '13' }))).refusal,
        'a long text under another number',
      ).to.equal(REFUSE_BAD_AUTHORITY);
    }).timeout(120_000);
  }

  it('a forged vc_code closes the account', async () => {
    const rig = await readyRig({ script: 'p2pkh', account: { protocols: ['v1'] } });
    const { cId } = await open(rig);
    const payment = {
      userTxNo: '11',
      outs: out(50_001),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      proto: 1,
      channelId: cId,
      authority: authority('11', out(50_000)),
    };
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_BAD_AUTHORITY);
    expect((await refusalOf(pay(rig, { ...payment, authority: authority('11', out(50_001)) }))).refusal).to.equal(
      REFUSE_ACCOUNT_CLOSED,
    );
  }).timeout(120_000);

  describe('while a signature is verified', () => {
    /** Has every slice take time, so that lines are served in between; counts them. */
    function slowSlices(rig: Rig): { count: number } {
      const slices = { count: 0 };
      const after = rig.world.after;
      rig.world.after = (delayMs, fn) => {
        if (delayMs === 0) slices.count++;
        return after.call(rig.world, delayMs || 20, fn);
      };
      return slices;
    }

    function ping(rig: Rig, cId: number, signed = 'PING'): Promise<unknown> {
      return rig.ask(MSG_PING, [0, 1, cId, 'p', 'PING', 0, 0, authority('p', signed)]);
    }

    it('the console replies, and so do texts', async () => {
      const rig = await readyRig({ script: 'p2pkh', account: { protocols: ['v1'] } });
      const { cId } = await open(rig);
      const slices = slowSlices(rig);
      const order: string[] = [];
      const told = status(rig.coldConsole).then(() => order.push('status'));
      await ping(rig, cId).then(() => order.push('ping'));
      await told;
      expect(order).to.deep.equal(['status', 'ping']);
      expect(slices.count).to.be.at.least(15);
    }).timeout(120_000);

    it('a lock ends it, and the account stays open', async () => {
      const rig = await readyRig({ script: 'p2pkh', account: { protocols: ['v1'] } });
      const { cId } = await open(rig);
      slowSlices(rig);
      const locked = lock(rig.coldConsole);
      expect((await refusalOf(ping(rig, cId, 'forged'))).refusal).to.equal(REFUSE_LOCKED);
      await rig.world.finish(locked);
      await rig.world.finish(unlock(rig.coldConsole, PIN));
      await ping(rig, cId);
    }).timeout(120_000);

    it('a key exchange that ends its channel leaves nothing to verify it by', async () => {
      const rig = await readyRig({ script: 'p2pkh', account: { protocols: ['v1'] } });
      const { cId } = await open(rig);
      rig.v.phone.send(COLD_NUMBER, v1FormatChannelOk(cId));
      const next = await open(rig, 2);
      slowSlices(rig);
      const answer = refusalOf(ping(rig, cId));
      rig.v.phone.send(COLD_NUMBER, v1FormatChannelOk(next.cId));
      expect((await answer).refusal).to.equal(REFUSE_NO_CHANNEL);
      await ping(rig, next.cId);
    }).timeout(120_000);
  });

  it('an account without v1 replies to none of its texts and refuses all of its requests', async () => {
    const rig = await channelRig();
    rig.v.phone.send(COLD_NUMBER, v1FormatOpen({ qh: QH, hId: 1 }));
    await rig.world.run(60_000);
    expect(texts(rig)).to.deep.equal([]);
    const payment = {
      userTxNo: '11',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      proto: 1,
      channelId: 1,
      authority: authority('11', out(50_000)),
    };
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_PROTO_OFF);
  }).timeout(120_000);

  it('texts from any other number are left alone; the same QH again gets the same answer', async () => {
    const rig = await readyRig({ script: 'p2pkh', account: { protocols: ['v1'] } });
    for (const from of ['+4412345678', ADMIN_NUMBER, V_NUMBER.slice(1)])
      rig.gsm.inject({ from, to: COLD_NUMBER, text: v1FormatOpen({ qh: QH, hId: 5 }) });
    await rig.world.run(60_000);
    expect(texts(rig)).to.deep.equal([]);
    expect(await open(rig, 6)).to.deep.equal(await open(rig, 6));
  }).timeout(120_000);
});
