// The heartbeat fits one SMS whatever it has to tell, drops what matters least first, and a failing one is trouble that
// status shows.
// Spec: SPEC.md 10; header comment of firmware/cold/alarms/heartbeat.ts.
import { expect } from 'chai';
import { secp256k1 } from '@noble/curves/secp256k1';
import { sha256 } from '@noble/hashes/sha2';
import { BEAT_TEXT_MAX, beatText, type Beat } from '../../../../firmware/cold/alarms/heartbeat';
import { verifyHeartbeat } from '../../../../host/operator';
import { fail } from '../../../../protocol/errors';
import { RADIO_LTE } from '../../../../protocol/wire';
import { channelRig, type Rig } from '../../rig';
import { withExport } from '../../stub';

type Heartbeat = NonNullable<ReturnType<typeof verifyHeartbeat>>;

const KEY = new Uint8Array(32).fill(9);
const PUB = Buffer.from(secp256k1.getPublicKey(KEY)).toString('hex');
const U32 = 4294967295;
const WORST: Beat = {
  unixSeconds: U32,
  auditEntries: U32,
  auditHead: 'f'.repeat(16),
  open: 8,
  accounts: 8,
  signed: U32,
  refused: U32,
  supplyMv: U32,
  rssi: U32,
  radio: RADIO_LTE,
  networkAheadS: -U32,
  operator: 'CHINA MOBILE',
  starts: U32,
};
const USUAL: Beat = {
  unixSeconds: 1_760_000_000,
  auditEntries: 412,
  auditHead: '0123456789abcdef',
  open: 1,
  accounts: 1,
  signed: 17,
  refused: 2,
  supplyMv: 4012,
  rssi: 21,
  radio: RADIO_LTE,
  networkAheadS: -3,
  operator: 'CHINA MOBILE COMMUNICATIONS',
  starts: 6,
};

/** Signs a text as the board does and reads it as the operator does. */
function read(text: string): Heartbeat | undefined {
  expect(text.length, text).to.be.at.most(BEAT_TEXT_MAX);
  const hash = sha256(sha256(Buffer.from(`chaincloud heartbeat\n${text}`)));
  return verifyHeartbeat(
    `${text}:${Buffer.from(secp256k1.sign(hash, KEY, { lowS: true }).toCompactRawBytes()).toString('base64')}`,
    PUB,
  );
}

/** The modules whose exports the firmware calls. */
const failover = require('../../../../firmware/modem/failover');
const outbox = require('../../../../firmware/modem/outbox');

const beats = (rig: Rig): string[] =>
  rig.admin.inbox.map((sms) => sms.text ?? '').filter((text) => text.startsWith('CC:HB:'));

describe('cold/heartbeat', () => {
  it('reports everything when there is room, and the operator as far as it fits', () => {
    expect(read(beatText(USUAL))).to.deep.equal({
      unixSeconds: 1_760_000_000,
      auditEntries: 412,
      auditHead: '0123456789abcdef',
      openAccounts: 1,
      accounts: 1,
      signed: 17,
      refused: 2,
      supplyMv: 4012,
      rssi: 21,
      radio: 'lte',
      networkAheadS: -3,
      operator: 'CHINAMOBI',
      starts: 6,
    });
    expect(beatText(USUAL)).to.have.length(BEAT_TEXT_MAX);
  });

  it('fits one SMS at its worst', () => {
    expect(read(beatText(WORST))).to.deep.equal({
      unixSeconds: U32,
      auditEntries: U32,
      auditHead: 'f'.repeat(16),
      openAccounts: 8,
      accounts: 8,
      signed: 99999,
      refused: 99999,
      supplyMv: 0,
      rssi: 99,
      radio: 'lte',
      networkAheadS: null,
      operator: 'C',
      starts: null,
    });
  });

  it('drops millivolts, then the network, then the starts, and each only when it must', () => {
    const seen = new Set<string>();
    for (let entries = 1; entries <= 10; entries++) {
      for (const counts of [1, 3, 5]) {
        for (const supplyMv of [4012, U32]) {
          for (const networkAheadS of [undefined, -86_400, U32]) {
            for (const starts of [1, U32]) {
              const beat = {
                ...USUAL,
                auditEntries: Number('9'.repeat(entries)) > U32 ? U32 : Number('9'.repeat(entries)),
                signed: Number('9'.repeat(counts)),
                refused: Number('9'.repeat(counts)),
                supplyMv,
                networkAheadS,
                starts,
              };
              const told = read(beatText(beat))!;
              expect(told, JSON.stringify(beat)).to.not.equal(undefined);
              const dropped = [
                told.supplyMv === 0 && supplyMv > 0,
                told.networkAheadS === null && networkAheadS !== undefined,
                told.starts === null,
              ];
              seen.add(dropped.map(Number).join(''));
              if (dropped[1] && supplyMv) expect(dropped[0]).to.equal(true);
              if (dropped[2]) expect([told.supplyMv, told.networkAheadS]).to.deep.equal([0, null]);
              if (networkAheadS !== undefined && !dropped[1])
                expect(told.networkAheadS).to.equal(Math.max(-99_999, Math.min(99_999, networkAheadS)));
            }
          }
        }
      }
    }
    expect([...seen]).to.include.members(['000', '100', '110']);
  });

  it('a board whose modem reports nonsense sends its heartbeat all the same', async () => {
    const rig = await channelRig();
    await withExport(
      failover,
      'modemsStatus',
      (right) => (outbox: unknown) =>
        right(outbox).map((row: object) => ({ ...row, supplyMv: U32, rssi: 199, networkTime: 1, networkTimeAt: U32 })),
      async () => {
        await rig.world.until(() => beats(rig).length > 0, 90_000_000);
      },
    );
    expect(beats(rig)).to.have.length(1);
    expect(beats(rig)[0].length).to.be.at.most(160);
    expect(verifyHeartbeat(beats(rig)[0], rig.file.identity)).to.deep.include({ networkAheadS: -99_999, rssi: 99 });
    expect(rig.world.errors).to.deep.equal([]);
  }).timeout(120_000);

  it('one that cannot be sent is trouble in status, and the next goes out a day later', async () => {
    const rig = await channelRig();
    let tried = 0;
    await withExport(
      outbox,
      'sendText',
      () => () => {
        tried++;
        throw fail('pdu-length', 'does not fit one SMS');
      },
      async () => {
        await rig.world.until(() => tried > 0, 90_000_000);
        await rig.world.run(60_000);
      },
    );
    expect([tried, beats(rig).length, rig.cold.rebooted]).to.deep.equal([1, 0, 0]);
    expect((await rig.world.finish(rig.coldConsole.run('status'))).join('\n')).to.match(
      /trouble an SMS was not sent: pdu-length at uptime \d+/,
    );
    expect(rig.world.errors).to.deep.equal([]);
    await rig.world.until(() => beats(rig).length > 0, 90_000_000);
    expect(verifyHeartbeat(beats(rig)[0], rig.file.identity)!.starts).to.be.a('number');
  }).timeout(120_000);
});
