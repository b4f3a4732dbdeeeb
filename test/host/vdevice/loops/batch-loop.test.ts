// Holds V's batch verification to docs/published-app.md 8 and to protocol/SPEC.md (batch proofs): 2 only for HSM-Cold's
// very list.

import { expect } from 'chai';
import { batchDigest } from '../../../../host/bitcoin/batch';
import { channelKey } from '../../../../protocol/channel/channel';
import { protocolCrypto } from '../../../../host/kit/protocol-crypto';
import { batchDigest as protocolDigest, batchProof } from '../../../../protocol/request/authority';
import { batchAnswerFields } from '../../../../protocol/sms/v2';
import {
  BATCH_DERIVING,
  BATCH_OK,
  BATCH_REFUSED,
  SMS_BATCH_ANSWER,
  SMS_BATCH_VERIFY,
  SMS_PORT,
} from '../../../../protocol/wire';
import { fakeBatch } from '../fake-api';
import { COLD, createWorld, fakeCold, hexOf, type World } from '../world';

const THIEF = fakeBatch('thief', 0)[0].address;
const crypto = protocolCrypto(() => new Uint8Array(0));

describe('host/vdevice batches', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.open();
  });
  afterEach(() => world.close());

  const batchOf = (side = 2, batchNo = 0, list = fakeBatch(side === 2 ? 'cold' : 'hot', batchNo)) => ({
    batch_no: batchNo,
    address_list: list,
    address_type: side,
  });
  const asked = () => world.cold.ops.filter((op) => op === SMS_BATCH_VERIFY).length;
  const report = (status: number, type = 2, batchNo = 0) =>
    world.site.batchReports.some(
      (form) => form.status === String(status) && form.type === String(type) && form.batch_no === String(batchNo),
    );
  /** A proof of HSM-Cold's about something else, sealed under the channel as if it were about this batch. */
  const wrongProof = (side: number, batchNo: number, account = 0) => {
    const channel = world.cold.channels[0];
    const digest = protocolDigest(
      crypto,
      { network: 'regtest', account, side, batchNo },
      fakeBatch(side === 2 ? 'cold' : 'hot', batchNo).map((item) => item.address),
    );
    return batchProof(crypto, channelKey(crypto, channel, 'proof', 32), side, batchNo, digest);
  };

  it('makes the same digest as the protocol', () => {
    const list = fakeBatch('cold', 0);
    expect(hexOf(batchDigest({ network: 'regtest', account: 3, side: 2, batchNo: 0 }, list))).to.equal(
      hexOf(
        protocolDigest(
          crypto,
          { network: 'regtest', account: 3, side: 2, batchNo: 0 },
          list.map((item) => item.address),
        ),
      ),
    );
  });

  for (const side of [1, 2]) {
    it(`verifies HSM-Cold's own list of side ${side} by one SMS each way`, async () => {
      world.site.batch = batchOf(side);
      await world.pass(60);
      expect(report(2, side)).to.equal(true);
      expect([asked(), world.adminTexts()]).to.deep.equal([1, []]);
    });
  }

  it('takes the list in any order, reports in the published form', async () => {
    world.site.batch = batchOf(2, 1, fakeBatch('cold', 1).reverse());
    await world.pass(60);
    expect(world.site.batchReports).to.have.length(1);
    expect(world.site.batchReports[0]).to.include({ batch_no: '1', status: '2', type: '2', coin_type: 'BTC' });
  });

  it('attack: one false address, first, last or any', async () => {
    for (const [n, at] of [0, 999, 417].entries()) {
      const list = fakeBatch('cold', n);
      list[at].address = THIEF;
      world.site.batch = batchOf(2, n, list);
      await world.pass(60);
      expect(report(3, 2, n)).to.equal(true);
      expect(report(2, 2, n)).to.equal(false);
      expect(world.adminTexts()).to.have.length(n + 1);
    }
  });

  it("attack: two addresses swapped, the other side's list, another batch's list", async () => {
    const swapped = fakeBatch('cold', 0);
    [swapped[0].address, swapped[1].address] = [swapped[1].address, swapped[0].address];
    const lists = [swapped, fakeBatch('hot', 0), fakeBatch('cold', 1).map((item, i) => ({ ...item, index: i }))];
    for (const list of lists) {
      world.site.batch = batchOf(2, 0, list);
      await world.pass(400);
    }
    expect(world.site.batchReports.map((form) => form.status)).to.deep.equal(['3', '3', '3']);
  });

  it('fails a list of a wrong form without an SMS', async () => {
    const list = fakeBatch('cold', 0);
    const lists: unknown[] = [
      [],
      list.slice(1),
      [...list, list[0]],
      list.map((item) => ({ ...item, index: item.index + 1 })),
      [{ index: 0, address: 5 }, ...list.slice(1)],
      [{ index: 0, address: '1NbbvxBYxGGCBhaM8mow1HFWA7dB5yukmY' }, ...list.slice(1)],
      null,
      'x',
      [null, ...list.slice(1)],
    ];
    for (const address_list of lists) {
      world.site.batch = { batch_no: 0, address_type: 2, address_list };
      await world.pass(40);
    }
    expect(asked()).to.equal(0);
    expect(world.site.batchReports.map((form) => form.status)).to.deep.equal(lists.map(() => '3'));
  });

  it('does nothing for what is no batch', async () => {
    for (const batch of [
      {},
      null,
      [],
      5,
      { batch_no: 0 },
      { batch_no: -1, address_type: 2, address_list: [] },
      { batch_no: 0, address_type: 3, address_list: [] },
      { batch_no: 'x', address_type: 1 },
    ]) {
      world.site.batch = batch;
      await world.pass(40);
    }
    expect([asked(), world.site.batchReports, world.adminTexts()]).to.deep.equal([0, [], []]);
  });

  it('attack: proofs of another batch, side, account or list never verify', async () => {
    const digestOf = (list: { address: string }[]) =>
      protocolDigest(
        crypto,
        { network: 'regtest', account: 0, side: 2, batchNo: 0 },
        list.map((item) => item.address),
      );
    const channel = world.cold.channels[0];
    const proofs = [
      wrongProof(2, 1),
      wrongProof(1, 0),
      wrongProof(2, 0, 1),
      batchProof(crypto, channelKey(crypto, channel, 'request', 32), 2, 0, digestOf(fakeBatch('cold', 0))),
      new Uint8Array(16),
    ];
    for (const proof of proofs) {
      const before = world.site.batchReports.length;
      world.cold.answer = (sms, op) =>
        op === SMS_BATCH_VERIFY
          ? world.cold.seal(
              SMS_BATCH_ANSWER,
              batchAnswerFields({ side: 2, batchNo: 0, status: BATCH_OK, seconds: 0, proof }),
            )
          : sms;
      world.site.batch = batchOf(2, 0);
      await world.pass(60);
      expect(world.site.batchReports.slice(before).map((form) => form.status)).to.deep.equal(['3']);
      await world.restart({ file: world.folder + '/' + before + '.db' });
      await world.open();
    }
  });

  it("attack: an answer of another account's HSM-Cold, a replayed one, a spoofed number", async () => {
    const stranger = fakeCold(world.runtime.child('stranger'), 1, () => undefined);
    expect(stranger.channels).to.have.length(0);
    let kept: Uint8Array | undefined;
    world.cold.answer = (sms, op) => {
      if (op === SMS_BATCH_VERIFY) kept = sms;
      return op === SMS_BATCH_VERIFY ? undefined : sms;
    };
    world.site.batch = batchOf(2, 0);
    await world.pass(60);
    world.deliver({ from: '+447700900000', data: kept!, port: SMS_PORT });
    world.deliver({ from: COLD, data: kept!, port: 1 });
    await world.pass(60);
    expect(world.site.batchReports).to.deep.equal([]);
    expect((await world.v.status()).sms.ignored).to.equal(2);
    world.deliver({ from: COLD, data: kept!, port: SMS_PORT });
    await world.pass(60);
    expect(report(2)).to.equal(true);
    const list = fakeBatch('cold', 1);
    world.site.batch = batchOf(2, 1, list);
    world.deliver({ from: COLD, data: kept!, port: SMS_PORT });
    await world.pass(60);
    expect(report(2, 2, 1)).to.equal(false);
  });

  it('asks again when an SMS is lost, with growing pauses, at the spare number too', async () => {
    world.lose.fromV = () => true;
    world.site.batch = batchOf();
    await world.pass(4000);
    const tries = world.sms.filter((item) => item.data).slice(1);
    expect(tries.length).to.be.within(4, 6);
    expect(new Set(tries.map((item) => item.to)).size).to.equal(2);
    world.lose.fromV = () => false;
    await world.pass(3700);
    expect(report(2)).to.equal(true);
  });

  it('waits while HSM-Cold derives, comes back when told to', async () => {
    let count = 0;
    world.cold.answer = (sms, op) =>
      op === SMS_BATCH_VERIFY && count++ === 0
        ? world.cold.seal(
            SMS_BATCH_ANSWER,
            batchAnswerFields({ side: 2, batchNo: 0, status: BATCH_DERIVING, seconds: 900 }),
          )
        : sms;
    world.site.batch = batchOf();
    await world.pass(800);
    expect([asked(), world.site.batchReports.length]).to.deep.equal([1, 0]);
    await world.pass(300);
    expect(report(2)).to.equal(true);
  });

  it('polls an idle website every five minutes, a busy one every thirty seconds', async () => {
    const polls = async (seconds: number) => {
      const before = world.site.batchPolls;
      await world.pass(seconds);
      return world.site.batchPolls - before;
    };
    expect(await polls(300)).to.be.within(9, 11);
    expect(await polls(3600)).to.be.within(11, 13);
    world.site.batch = batchOf();
    await world.pass(400);
    expect(report(2)).to.equal(true);
    expect(await polls(120)).to.be.within(3, 5);
  });

  it('tells the admin once when HSM-Cold refuses, tries again later', async () => {
    world.cold.answer = (sms, op) =>
      op === SMS_BATCH_VERIFY
        ? world.cold.seal(
            SMS_BATCH_ANSWER,
            batchAnswerFields({ side: 2, batchNo: 0, status: BATCH_REFUSED, seconds: 0 }),
          )
        : sms;
    world.site.batch = batchOf();
    await world.pass(8000);
    expect(world.adminTexts()).to.have.length(1);
    expect(asked()).to.be.within(2, 3);
    expect(world.site.batchReports).to.deep.equal([]);
  });

  it('the same list again needs no SMS; another list for a verified batch is false at once', async () => {
    world.site.batch = batchOf();
    await world.pass(60);
    world.site.batch = batchOf();
    await world.pass(60);
    expect([asked(), world.site.batchReports.map((form) => form.status)]).to.deep.equal([1, ['2', '2']]);
    const list = fakeBatch('cold', 0);
    list[3].address = THIEF;
    world.site.batch = batchOf(2, 0, list);
    await world.pass(60);
    expect([asked(), world.site.batchReports.map((form) => form.status)]).to.deep.equal([1, ['2', '2', '3']]);
  });

  it('a hacked website cannot make V spend without end on SMS', async () => {
    world.cold.answer = (sms, op) => (op === SMS_BATCH_VERIFY ? undefined : sms);
    for (let i = 0; i < 130; i++) {
      const list = fakeBatch('cold', 0);
      [list[i].address, list[i + 1].address] = [list[i + 1].address, list[i].address];
      world.site.batch = batchOf(2, 0, list);
      await world.pass(31);
    }
    expect(world.sms.filter((item) => item.data).length).to.be.at.most(101);
    expect(world.adminTexts()).to.have.length(1);
  });

  it('survives restarts at every moment, and a new channel in between', async () => {
    world.site.batch = batchOf();
    for (let i = 0; i < 8; i++) {
      await world.restart();
      await world.runtime.runFor(400 + i * 700);
    }
    await world.open();
    await world.pass(120);
    expect(report(2)).to.equal(true);
    expect(world.adminTexts()).to.deep.equal([]);
  });
});
