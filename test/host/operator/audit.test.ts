// The audit log, its verifier and the heartbeat, against a real board. Spec: header comments of firmware/cold/store.ts and heartbeat.ts.
import { expect } from 'chai';
import { parseLog, readLog, verifyHeartbeat, verifyLog } from '../../../host/operator';
import { makeCoin, out, pay } from '../../firmware/payments';
import { channelRig } from '../../firmware/rig';

describe('operator/audit', () => {
  it('verifies what the board exports, and finds entries that were changed, removed, reordered or cut off', async () => {
    const rig = await channelRig();
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 });
    const lines = await rig.world.finish(readLog(rig.coldConsole));
    const good = verifyLog(lines);
    expect(good).to.deep.include({ ok: true, first: 1, faults: [] });
    const entries = lines.filter((line) => line.startsWith('audit '));
    const head = lines[lines.length - 1]!;
    for (let i = 0; i < entries.length; i++) {
      const words = entries[i]!.split(' ');
      for (const [at, value] of [[2, String(Number(words[2]) + 1)], [3, '9'], [4, '7'], [5, 'beef']] as const) {
        const changed = [...words];
        if (changed[at] === value) continue;
        changed[at] = value;
        expect(verifyLog([...entries.slice(0, i), changed.join(' '), ...entries.slice(i + 1), head]).ok, `${i}.${at}`).to.equal(false);
      }
      expect(verifyLog([...entries.slice(0, i), ...entries.slice(i + 1), head]).ok).to.equal(i === 0);
    }
    expect(verifyLog(entries).ok).to.equal(false);
    expect(verifyLog([...entries.slice(0, -1), head]).ok).to.equal(false);
    const pins = { [parseLog(lines)[2]!.n]: '0'.repeat(16) };
    expect(verifyLog(lines, pins).ok).to.equal(false);
    expect(verifyLog(lines, { [good.last]: good.head.slice(0, 16) }).ok).to.equal(true);
    expect(verifyLog(lines, { [good.last + 1]: '00' }).faults).to.have.length(1);
  });

  it('the daily heartbeat is signed, and its head pins the log', async () => {
    const rig = await channelRig();
    await rig.world.until(() => rig.admin.inbox.some((sms) => sms.text?.startsWith('CC:HB:')), 90_000_000);
    const text = rig.admin.inbox.find((sms) => sms.text?.startsWith('CC:HB:'))!.text!;
    expect(text.length).to.be.at.most(160);
    const heartbeat = verifyHeartbeat(text, rig.file.identity)!;
    expect(heartbeat).to.deep.include({ openAccounts: 1, accounts: 1, refused: 0 });
    expect(verifyHeartbeat(text.replace('CC:HB:1', 'CC:HB:2'), rig.file.identity)).to.equal(undefined);
    const lines = await rig.world.finish(readLog(rig.coldConsole));
    expect(verifyLog(lines, { [heartbeat.auditEntries]: heartbeat.auditHead }).ok).to.equal(true);
    const before = rig.admin.inbox.length;
    await rig.world.run(80_000_000);
    expect(rig.admin.inbox.length).to.equal(before);
    await rig.world.run(10_000_000);
    expect(rig.admin.inbox.length).to.equal(before + 1);
  }).timeout(120_000);
});
