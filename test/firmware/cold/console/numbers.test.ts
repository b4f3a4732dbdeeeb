// Numbers at the console are refused, never repaired: parseInt read "0abc" as account 0 and "1e3" as entry 1.
import { expect } from 'chai';
import { cborEncode } from '../../../../protocol/cbor';
import { ADMIN_NUMBER, PIN, readyRig, type Rig } from '../../rig';
import { REPAIRED } from '../../../protocol/bytes.test';

/** The code that a line is refused with; `ok`, or the question that it brings. */
async function codeOf(rig: Rig, line: string): Promise<string> {
  return rig.world.finish(rig.coldConsole.run(line, () => undefined)).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
}

describe('numbers at the console', () => {
  it('of accounts, alarms, entries, times, channels and payments: refused in any other form', async () => {
    const rig = await readyRig();
    await rig.world.finish(rig.coldConsole.run(`phones ${ADMIN_NUMBER}`, () => PIN));
    for (const text of REPAIRED.filter((each) => !/[^ -~]| $/.test(each))) {
      expect(await codeOf(rig, `account show ${text}`), `account show ${text}`).to.equal('no-account');
      expect(await codeOf(rig, `account change ${text} AAAA`), `account change ${text}`).to.equal('no-account');
      expect(await codeOf(rig, `account allow ${text} AAAA`), `account allow ${text}`).to.equal('no-account');
      expect(await codeOf(rig, `reopen ${text}`), `reopen ${text}`).to.equal('no-account');
      expect(await codeOf(rig, `ack ${text}`), `ack ${text}`).to.equal('no-alarm');
      expect(await codeOf(rig, `log ${text}`), `log ${text}`).to.equal('usage');
      expect(await codeOf(rig, `time ${text}`), `time ${text}`).to.equal('time-form');
    }
    expect(await codeOf(rig, `time ${Math.floor(rig.world.nowMs / 1000) + 1_761_000_000}x`)).to.equal('time-form');
    expect(await codeOf(rig, 'account show')).to.equal('no-account');
    expect(await codeOf(rig, 'account show 0')).to.equal('ok');
    expect(await codeOf(rig, 'log 2')).to.equal('ok');
    expect(await codeOf(rig, 'log')).to.equal('ok');
  }).timeout(60_000);

  it('of a sweep: whole numbers of CBOR within their bounds', async () => {
    const rig = await readyRig();
    const begin = (fields: unknown[]): Promise<string> =>
      codeOf(rig, `sweep begin ${Buffer.from(cborEncode(fields as never)).toString('base64')}`);
    for (const account of ['0', -1, true, new Uint8Array(1), [0], null])
      expect(await begin([account, 2, 0, 1, 99_000, 1000]), String(account)).to.equal('sweep-form');
    for (let field = 1; field < 6; field++)
      for (const wrong of ['1', -1, true, null, [1]]) {
        const fields: unknown[] = [0, 2, 0, 1, 99_000, 1000];
        fields[field] = wrong;
        expect(await begin(fields), `${field} ${String(wrong)}`).to.equal('sweep-form');
      }
    expect(await begin([9, 2, 0, 1, 99_000, 1000])).to.equal('no-account');
    expect(await begin([0, 2, 0, 1, 99_000, 1000])).to.equal('ok');
  });
});
