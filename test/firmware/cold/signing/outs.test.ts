// Outputs that come in pieces: the text is what V authorised, whatever its pieces; memory stays bounded; a forged one
// closes the account whatever is in it. Spec: SPEC.md 5.2 (SIGN_OUTS); firmware/cold/signing/outs.ts, tx/scratch.ts.
import { expect } from 'chai';
import { cborEncode } from '../../../../protocol/cbor';
import {
  MSG_SIGN_BEGIN,
  MSG_SIGN_FINISH,
  MSG_SIGN_OUTS,
  OUTS_CHUNK_MAX,
  OUTS_COUNT_MAX,
  REFUSE_BAD_AUTHORITY,
  REFUSE_BAD_OUTS,
  REFUSE_BAD_STATE,
  REFUSE_BUSY,
  REFUSE_RATE,
} from '../../../../protocol/wire';
import { readOuts, feedOuts } from '../../../../firmware/cold/signing/outs';
import { begin, beginFields, makeCoin, out, pay, refusalOf, sendCoin } from '../../payments';
import { channelRig } from '../../rig';
import { SCRATCH_EVERY_MS } from '../../../../firmware/cold/signing/tx/scratch';
import { draftBytes, makeDraft } from '../../../../firmware/cold/signing/tx/draft';

const MANY = Array.from({ length: 60 }, (_, n) => out(20_000 + n, n + 1)).join(';');

function read(pieces: string[]): { isBad: boolean; count: number; sum: number; octets: string } {
  const flash = { pageBytes: 4096, pageCount: 16 };
  const draft = makeDraft(
    { ram: new Uint8Array(draftBytes(1, OUTS_COUNT_MAX + 1)), flash: flash as never, base: 0, isTaken: false },
    'p2wpkh',
    { txVersion: 2, locktime: 0, nInputs: 1, feeSats: 0 },
  );
  const reader = readOuts(0, draft);
  pieces.forEach((piece, i) =>
    feedOuts(
      { state: { account: { n: 0, network: 'regtest', policy: { allowList: 0 } } } } as never,
      reader,
      piece,
      i === pieces.length - 1,
    ),
  );
  return {
    isBad: reader.isBad,
    count: draft.nOutputs,
    sum: draft.amountSats,
    octets: Buffer.from(draft.scratch.ram!).toString('hex'),
  };
}

function cut(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length));
}

describe('cold/outs', () => {
  it('reads the same outputs out of any pieces', () => {
    const whole = read([MANY]);
    expect(whole.isBad).to.equal(false);
    expect(whole.count).to.equal(60);
    for (const length of [1, 2, 3, 7, 64, 81, 82, 399])
      expect(read(cut(MANY, length)), `pieces of ${length}`).to.deep.equal(whole);
  });

  it('takes no text that is not outs, wherever it is cut', () => {
    const good = out(20_000);
    const address = good.split(',')[0];
    for (const bad of [
      '',
      ';',
      `${good};`,
      `;${good}`,
      `${good};;${good}`,
      `${address},`,
      `${address},0`,
      `${address},01`,
      `${address},+5`,
      `${address},5 `,
      `${address} ,5`,
      ',5',
      `x${good}`,
      `${address},2100000000000001`,
      `${address},2100000000000000;${good}`,
      `${'a'.repeat(300)},5`,
      Array.from({ length: OUTS_COUNT_MAX + 1 }, () => good).join(';'),
    ]) {
      for (const length of [1, 5, 4000])
        expect(read(bad === '' ? [''] : cut(bad, length)).isBad, `${bad} in pieces of ${length}`).to.equal(true);
    }
    expect(read([Array.from({ length: OUTS_COUNT_MAX }, () => good).join(';')]).isBad).to.equal(false);
  });

  it('closes the account for a forged text in pieces, well formed or not', async () => {
    for (const forge of [(text: string) => `${text.slice(0, -1)}8`, (text: string) => text.replace(',', ';')]) {
      const rig = await channelRig();
      const payment = {
        userTxNo: '1',
        outs: MANY,
        coins: [makeCoin(rig, { sats: 9_000_000 })],
        feeSats: 9000,
        authority: rig.v.authority('1', MANY),
      };
      expect((await refusalOf(begin(rig, { ...payment, outs: forge(MANY) }))).refusal).to.equal(REFUSE_BAD_AUTHORITY);
      await rig.world.run(SCRATCH_EVERY_MS);
      expect((await refusalOf(begin(rig, payment))).tag).to.equal('account-closed');
    }
  });

  it('counts a text that V authorised and that is no outs as a refusal', async () => {
    const rig = await channelRig();
    const outs = MANY.replace(';', ',');
    expect(
      (await refusalOf(begin(rig, { userTxNo: '1', outs, coins: [makeCoin(rig, { sats: 9_000_000 })], feeSats: 9000 })))
        .refusal,
    ).to.equal(REFUSE_BAD_OUTS);
  });

  it('takes pieces in order only, all of them, and no input before', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: MANY, coins: [makeCoin(rig, { sats: 9_000_000 })], feeSats: 9000 };
    await rig.ask(MSG_SIGN_BEGIN, beginFields(rig, payment));
    expect((await refusalOf(sendCoin(rig, 0, payment.coins[0]))).refusal).to.equal(REFUSE_BAD_STATE);
    expect((await refusalOf(rig.ask(MSG_SIGN_FINISH, []))).refusal).to.equal(REFUSE_BAD_STATE);
    expect((await refusalOf(rig.ask(MSG_SIGN_OUTS, [OUTS_CHUNK_MAX, 'x']))).refusal).to.equal(REFUSE_BAD_STATE);
    for (let at = 0; at < MANY.length; at += 399) await rig.ask(MSG_SIGN_OUTS, [at, MANY.slice(at, at + 399)]);
    expect((await refusalOf(rig.ask(MSG_SIGN_OUTS, [MANY.length, 'x']))).refusal).to.equal(REFUSE_BAD_STATE);
    await sendCoin(rig, 0, payment.coins[0]);
    await rig.ask(MSG_SIGN_FINISH, []);
  });

  it('has the flash erased once a minute at most for the link, and small requests do without', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: MANY, coins: [makeCoin(rig, { sats: 9_000_000 })], feeSats: 9000 };
    await begin(rig, payment);
    expect(await refusalOf(begin(rig, payment))).to.deep.equal({ refusal: REFUSE_RATE, tag: 'large-rate' });
    await pay(rig, { ...payment, userTxNo: '2', outs: out(50_000) });
    await rig.world.run(SCRATCH_EVERY_MS);
    await pay(rig, payment);
  });

  it('leaves the flash to a sweep at the console, and a large request waits for it', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: MANY, coins: [makeCoin(rig, { sats: 9_000_000 })], feeSats: 9000 };
    await begin(rig, payment);
    await rig.world.finish(
      rig.coldConsole.run(`sweep begin ${Buffer.from(cborEncode([0, 2, 0, 50, 1_000_000, 5000])).toString('base64')}`),
    );
    await refusalOf(sendCoin(rig, 0, payment.coins[0]));
    await rig.world.run(SCRATCH_EVERY_MS);
    expect(await refusalOf(begin(rig, payment))).to.deep.equal({ refusal: REFUSE_BUSY, tag: 'sweep-open' });
    await rig.world.finish(rig.coldConsole.run('status'));
    await pay(rig, payment);
  });
});
