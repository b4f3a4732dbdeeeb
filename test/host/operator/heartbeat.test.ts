// The daily heartbeat of a real board, its signature, and how it pins the audit log. Spec: SPEC.md 10,
// firmware/cold/alarms/heartbeat.ts.
import { expect } from 'chai';
import { pinsOfHeartbeats, readLog, verifyHeartbeat, verifyLog } from '../../../host/operator';
import { channelRig } from '../../firmware/rig';

const STRANGER = `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`;

describe('operator/heartbeat', () => {
  it('the daily heartbeat is signed, and its head pins the log', async () => {
    const rig = await channelRig();
    await rig.world.until(() => rig.admin.inbox.some((sms) => sms.text?.startsWith('CC:HB:')), 90_000_000);
    const text = rig.admin.inbox.find((sms) => sms.text?.startsWith('CC:HB:'))!.text!;
    expect(text.length).to.be.at.most(160);
    const { identity } = rig.file;
    const heartbeat = verifyHeartbeat(text, identity)!;
    expect(heartbeat).to.deep.include({ openAccounts: 1, accounts: 1, refused: 0 });
    const lines = await rig.world.finish(readLog(rig.coldConsole));
    const entries = lines.filter((line) => line.startsWith('audit '));
    const seen = pinsOfHeartbeats([text], identity);
    expect(seen).to.deep.equal({
      pins: [{ n: heartbeat.auditEntries, head: heartbeat.auditHead }],
      faults: [],
      notes: [],
    });
    expect(verifyLog([lines], seen.pins).ok).to.equal(true);
    // It ties a log that begins late, and shows that the end was cut off.
    expect(verifyLog([lines.slice(2)], seen.pins).ok).to.equal(true);
    const words = entries[heartbeat.auditEntries - 2].split(' ');
    const cut = [...entries.slice(0, heartbeat.auditEntries - 1), `head ${words[1]} ${words[6]}`];
    expect(verifyLog([cut], seen.pins).faults.join()).to.include('removed at the end');
    const before = rig.admin.inbox.length;
    await rig.world.run(80_000_000);
    expect(rig.admin.inbox.length).to.equal(before);
    await rig.world.run(10_000_000);
    expect(rig.admin.inbox.length).to.equal(before + 1);

    // Attacks: another board's identity, a forged count, head or signature: a fault each, and no pin.
    const forged = [
      text.replace('CC:HB:1', 'CC:HB:2'),
      text.replace(heartbeat.auditHead, 'ab'.repeat(8)),
      text.replace(`:${heartbeat.auditEntries}:`, ':1:'),
      text.replace(/[A-Za-z0-9+/]{86}==$/, `${'A'.repeat(86)}==`),
      'CC:HB:',
      `${text} x`,
    ];
    expect(pinsOfHeartbeats([text], STRANGER)).to.deep.equal({
      pins: [],
      faults: ['heartbeat 1 is not signed by this identity'],
      notes: [],
    });
    expect(pinsOfHeartbeats(forged, identity).pins).to.deep.equal([]);
    expect(pinsOfHeartbeats(forged, identity).faults).to.have.length(forged.length);
    const unsigned = `${text.replace(/[^:]*$/, '')}-`;
    expect(pinsOfHeartbeats([unsigned], identity)).to.deep.equal({
      pins: [],
      faults: [],
      notes: ['heartbeat 1 carries no signature, so it says nothing'],
    });
  }).timeout(120_000);

  it('an identity that is no point verifies nothing', () => {
    expect(
      verifyHeartbeat(`CC:HB:1:2:${'0'.repeat(16)}:1/1:0:0:0:0:-::${'A'.repeat(86)}==`, `02${'ff'.repeat(32)}`),
    ).to.equal(undefined);
  });
});
