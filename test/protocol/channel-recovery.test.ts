/**
 * protocol/channel/channel.ts and channel-v.ts: SPEC.md 7.5. Lost state, rollback, replay, and the laws under a bad
 * network.
 */
import { expect } from 'chai';
import { MADE_BY_BOTH, MADE_BY_V } from '../../protocol/channel/channel';
import { openSms, sealAccept, sealSms } from '../../protocol/sms/v2';
import * as wire from '../../protocol/wire';
import { seeded } from '../../tools/bench/wire/line';
import { ColdChannels, ColdModel, VModel } from '../../tools/bench/wire/channel-ends';
import { FaultySms } from '../../tools/bench/wire/faulty-sms';
import { code, digest, start, copyOf, ends } from './support/channel-pair';

describe('channel: lost state, rollback, replay (SPEC.md 7.5)', () => {
  it('V restored from yesterday: its RENEW is ignored, its OPEN makes a channel again', () => {
    const { v, cold, day, exchange, use } = ends(20);
    day();
    const yesterday = copyOf(v.current!);
    day();
    day();
    v.current = yesterday;
    for (let i = 0; i < 4; i++) expect(code(() => cold.take(v.ask()))).to.equal('no-channel');
    v.counter = 1_790_000_000;
    exchange();
    use();
    expect(Buffer.from(v.current.key32).equals(cold.current!.key32)).to.equal(true);
  });

  it('V restored within the same channel, its numbers behind: refused as replays, until its OPEN', () => {
    const { crypto, v, cold, day, exchange, use } = ends(21);
    day();
    const earlier = copyOf(v.current!);
    for (let i = 0; i < 9; i++) cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
    v.current = earlier;
    for (let i = 0; i < 4; i++) expect(code(() => cold.take(v.ask()))).to.equal('sms-replayed');
    exchange();
    use();
    expect(cold.current!.made).to.equal(MADE_BY_BOTH);
  });

  it('HSM-Cold restored without channels: acts on no recorded SMS; V’s OPEN makes the highest number', () => {
    const { crypto, ids, v, day, exchange } = ends(22);
    const record = [...day(), ...day(), ...day()];
    const restored = new ColdChannels(crypto, ids.peers, ids.coldPriv);
    restored.lastId = 900;
    const answers = record.filter((sms) => code(() => restored.take(sms)) === 'accepted');
    expect(answers, 'only the recorded OPEN').to.deep.equal([record[0]]);
    expect(restored.next!.other32, 'V’s old key: nobody holds its private half').to.deep.equal(
      openSms(crypto, { ...restored.pair }, 'to-cold', record[0]).fields[1],
    );
    v.beginOpen();
    const accept = restored.take(v.ask()).accept!;
    v.take(accept);
    restored.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
    expect([v.current!.id, restored.current!.id]).to.deep.equal([902, 902]);
    expect(code(() => restored.take(record[0]))).to.equal('ignored');
    expect(exchange).to.be.a('function');
  });

  it('HSM-Cold rolled back to yesterday’s flash: the dead channel carries nothing of V’s, one OPEN mends it', () => {
    const { crypto, v, cold, day, exchange, use } = ends(23);
    day();
    const yesterday = copyOf(cold.current!);
    day();
    day();
    cold.current = yesterday;
    cold.next = undefined;
    expect(code(() => cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, [])))).to.equal('no-channel');
    v.beginOpen();
    exchange();
    use();
    expect(Buffer.from(v.current!.key32).equals(cold.current.key32)).to.equal(true);
  });

  it('a late RENEW does not undo an OPEN, a late ACCEPT does not undo anything', () => {
    const { v, cold, day, use } = ends(24);
    day();
    const renew = v.ask();
    v.beginOpen();
    const accept = cold.take(v.ask()).accept!;
    expect(code(() => cold.take(renew))).to.equal('ignored');
    v.take(accept);
    use();
    expect(Buffer.from(v.current!.key32).equals(cold.current!.key32)).to.equal(true);
    expect(code(() => cold.take(renew))).to.equal('no-channel');
    const next = v.ask();
    expect(
      code(() => v.take(accept)),
      'an ACCEPT of before',
    ).to.equal('channel-forged');
    v.take(cold.take(next).accept!);
    use();
    expect(cold.current!.made).to.equal(MADE_BY_V);
  });

  it('V uses the old channel until ACCEPT, HSM-Cold until V uses the new one; then the old one is dead', () => {
    const { crypto, v, cold, day, use } = ends(25);
    day();
    const accept = cold.take(v.ask()).accept!;
    expect(cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, [])).op).to.equal(wire.SMS_STATUS);
    const old = copyOf(v.current!);
    const alarm = sealSms(crypto, cold.current!, 'to-v', wire.SMS_ALARM, [1, 2, 3]);
    v.take(accept);
    expect(v.take(alarm)).to.deep.equal({ op: wire.SMS_ALARM, fields: [1, 2, 3], isOld: true });
    use();
    expect(code(() => cold.take(sealSms(crypto, old, 'to-cold', wire.SMS_STATUS, [])))).to.equal('no-channel');
    expect(code(() => sealAccept(crypto, cold.current!))).to.equal('accepted');
  });
});

describe('channel under a bad network: loss 10 %, duplicates 10 %, delays up to an hour (SPEC.md 7.5)', () => {
  it('12 runs of several days: every operation ends, results are right, the ends agree within one retry', function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= 12; seed++) {
      const next = seeded(seed * 104_729);
      const { crypto, ids } = start(seed);
      const wrong = Math.floor(next() * 4);
      const cold = new ColdModel(crypto, ids, digest);
      const v = new VModel(crypto, ids, (side, batchNo) =>
        batchNo % 4 === wrong ? digest(9, 9) : digest(side, batchNo),
      );
      const net = new FaultySms(next, { loss: 0.1, duplicate: 0.1, delayMaxS: 3600 });
      const record: Uint8Array[] = [];
      const deliver = (sms: { to: string; body: Uint8Array }): void => {
        record.push(sms.body);
        const answer = sms.to === 'cold' ? cold.answer(sms.body) : (v.hear(sms.body), undefined);
        if (answer) net.send('v', answer);
      };
      const waitUntil = (untilS: number, isDone: () => boolean): void => {
        while (!isDone()) {
          const sms = net.nextSms(untilS);
          if (!sms) return;
          deliver(sms);
        }
      };
      for (let day = 0; day < 3; day++) {
        const before = v.current;
        let tries = 0;
        while (v.current === before) {
          expect(++tries, `seed ${seed}: channel`).to.be.below(30);
          if (next() < 0.1) v.beginOpen();
          net.send('cold', v.ask());
          waitUntil(net.nowS + 900, () => v.current !== before);
        }
        for (let batchNo = day * 3; batchNo < day * 3 + 3; batchNo++) {
          const key = `1/${batchNo}`;
          for (tries = 0; !v.results.has(key); tries++) {
            expect(tries, `seed ${seed}: batch`).to.be.below(30);
            net.send('cold', v.verify(1, batchNo));
            if (next() < 0.2 && record.length)
              net.inject(next() < 0.5 ? 'cold' : 'v', record[Math.floor(next() * record.length)], next() * 5000);
            waitUntil(net.nowS + 600, () => v.results.has(key));
          }
          expect(v.results.get(key), `seed ${seed} batch ${batchNo}`).to.equal(batchNo % 4 !== wrong);
          expect(cold.current?.id, 'after an answered operation both are on the same channel').to.equal(v.current?.id);
          expect(cold.current?.key32).to.deep.equal(v.current?.key32);
        }
      }
    }
  });
});
