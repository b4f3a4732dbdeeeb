// State backup and restore onto a fresh board. Header comment of firmware/cold/console/backup-format.ts is the spec.
import { expect } from 'chai';
import {
  backup,
  provision,
  restore,
  restoreState,
  setTime,
  showAccount,
  type ConsoleClient,
} from '../../../../host/operator';
import { refusalOf, makeCoin, out, pay } from '../../payments';
import { DICE, PIN, START_S, channelRig, makeRig, type Rig } from '../../rig';

async function freshBoard(words: string[]): Promise<Rig> {
  const rig = makeRig({ seed: 'fresh' });
  await rig.world.finish(
    restore(rig.coldConsole, { words, dice: DICE, hostEntropy: new Uint8Array(32).fill(3), pin: PIN }),
  );
  await rig.world.finish(setTime(rig.coldConsole, START_S + 100_000, PIN));
  return rig;
}

async function codeOf(rig: Rig, work: Promise<unknown>): Promise<string> {
  return rig.world.finish(work).then(
    () => 'ok',
    (error) => error.code,
  );
}

describe('cold/backup', () => {
  it('words and backup make the same accounts on a fresh board, with what was paid', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    await pay(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 });
    const text = await rig.world.finish(backup(rig.coldConsole, PIN));
    const fresh = await freshBoard(rig.words);
    await fresh.world.finish(restoreState(fresh.coldConsole, text, { pin: PIN, channelIds: [rig.v.channel!.id] }));
    const file = await fresh.world.finish(showAccount(fresh.coldConsole, 0));
    expect({ ...file, hsm_phones: [] }).to.deep.equal({ ...rig.file, hsm_phones: [] });
    const link = 'cd'.repeat(32);
    await fresh.world.finish(fresh.coldConsole.run(`link key ${link}`, () => PIN));
    await fresh.world.finish(fresh.hotConsole.run(`link key ${link}`));
    fresh.file = file;
    fresh.v.pair(file);
    Object.assign(fresh.v, {
      identityPriv: rig.v.identityPriv,
      identityPub: rig.v.identityPub,
      counter: rig.v.counter,
    });
    fresh.v.pair(file);
    fresh.v.open();
    expect(await fresh.world.until(() => fresh.v.channel !== undefined)).to.equal(true);
    expect(fresh.v.channel!.id).to.be.greaterThan(rig.v.channel!.id);
    expect(
      (
        await refusalOf(
          pay(fresh, {
            userTxNo: '1',
            outs: out(50_000),
            coins: [makeCoin(fresh, { sats: 100_000, index: 1 })],
            feeSats: 1000,
          }),
        )
      ).tag,
    ).to.equal('no-common-coin');
    await pay(fresh, {
      userTxNo: '2',
      outs: out(50_000),
      coins: [makeCoin(fresh, { sats: 100_000, index: 1 })],
      feeSats: 1000,
    });
  }).timeout(120_000);

  it('refuses a backup that is behind V, cut, shuffled, changed or of another seed', async () => {
    const rig = await channelRig();
    const text = await rig.world.finish(backup(rig.coldConsole, PIN));
    const lines = text.trim().split('\n');
    const changed = [...lines];
    const bytes = Buffer.from(changed[1], 'base64');
    bytes[30] ^= 1;
    changed[1] = bytes.toString('base64');
    const cases: [string, string[], number][] = [
      ['backup-old', lines, 99],
      ['backup-short', lines.slice(0, -1), 1],
      ['backup-order', [lines[1], lines[0]], 1],
      ['crypto-tag', changed, 1],
    ];
    for (const [code, some, channelId] of cases) {
      const fresh = await freshBoard(rig.words);
      expect(
        await codeOf(fresh, restoreState(fresh.coldConsole, some.join('\n'), { pin: PIN, channelIds: [channelId] })),
      ).to.equal(code);
    }
    const other = makeRig({ seed: 'other' });
    await other.world.finish(
      provision(other.coldConsole, { dice: DICE, hostEntropy: new Uint8Array(32).fill(9), pin: PIN }),
    );
    expect(await codeOf(other, restoreState(other.coldConsole, text, { pin: PIN, channelIds: [1] }))).to.equal(
      'crypto-tag',
    );
  }).timeout(120_000);

  it('takes an old backup by force and starts above what V has seen', async () => {
    const rig = await channelRig();
    const text = await rig.world.finish(backup(rig.coldConsole, PIN));
    const fresh = await freshBoard(rig.words);
    await fresh.world.finish(restoreState(fresh.coldConsole, text, { pin: PIN, channelIds: [40], isForced: true }));
  }).timeout(120_000);

  it('a restore that the power cut stops leaves a board that does nothing', async () => {
    const rig = await channelRig();
    const text = await rig.world.finish(backup(rig.coldConsole, PIN));
    const fresh = await freshBoard(rig.words);
    const run = (client: ConsoleClient, line: string): Promise<string[]> =>
      fresh.world.finish(client.run(line, () => PIN));
    await run(fresh.coldConsole, 'state begin');
    await run(fresh.coldConsole, `state line ${text.split('\n')[0]}`);
    fresh.coldOff();
    fresh.coldOn();
    expect(
      await codeOf(
        fresh,
        fresh.coldConsole.run('unlock', () => PIN),
      ),
    ).to.equal('restore-unfinished');
  }).timeout(120_000);
});
