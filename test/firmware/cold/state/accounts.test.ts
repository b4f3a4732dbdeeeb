// Holds firmware/cold/state/accounts.ts: what an account brings into memory is overwritten when it is let go of,
// what is sealed opens under the storage key of this board alone, and keys come out as the seed derives them (BIP32).
import { expect } from 'chai';
import { makeState } from '../../../../firmware/cold/state/state';
import { saveCbor } from '../../../../firmware/cold/state/store';
import { compact, openJournal } from '../../../../firmware/journal/journal';
import { R_ACCOUNT, R_ALARM, R_STANDING } from '../../../../firmware/journal/records';
import { accountNode, identityNode } from '../../../../firmware/cold/secrets/hierarchy';
import { makeBoard, World } from '../../fake-hal';
import { accountOf, requireOpenAccount, letGoAccount, requireAccount } from '../../../../firmware/cold/state/accounts';
import { hotNode, identityPriv, saveSecrets } from '../../../../firmware/cold/secrets/account-keys';
import { openOf, saveChannels } from '../../../../firmware/cold/state/channels';
import { applyRecord, keepRecord } from '../../../../firmware/cold/state/records';

const SEED = Uint8Array.from({ length: 64 }, (_, i) => i * 7);
const NONE = new Uint8Array(0);

function coldWith(count: number): any {
  const board = makeBoard(new World(), {});
  const cold: any = { hal: board.hal, state: makeState(), keys: { storage: new Uint8Array(32).fill(1) } };
  cold.state.isProvisioned = true;
  cold.journal = openJournal(board.hal.flash, new Uint8Array(32).fill(7), true, {
    take: (type, payload, offset) => applyRecord(cold.state, type, payload, offset),
    keep: (type, payload, offset) => keepRecord(cold.state, type, payload, offset),
  });
  for (let n = 0; n < count; n++) {
    saveCbor(cold, R_ACCOUNT, [
      n,
      `account ${n}`,
      'regtest',
      'p2wpkh',
      new Uint8Array(33).fill(2),
      new Uint8Array(33).fill(3),
      [`+49${n}000`],
      [],
      'x',
      new Array(13).fill(0),
      2,
    ]);
    saveSecrets(cold, requireAccount(cold, n), SEED);
  }
  return cold;
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('cold/state/accounts', () => {
  it('reads the account that is asked for, one at a time, also after compaction', () => {
    const cold = coldWith(8);
    for (const turn of [0, 1]) {
      for (const n of [7, 0, 3, 3]) expect(accountOf(cold, n)!.name, `turn ${turn}`).to.equal(`account ${n}`);
      compact(cold.journal);
    }
    for (const n of [8, -1, NaN, 1.5, 255, undefined as never])
      expect(accountOf(cold, n), String(n)).to.equal(undefined);
    expect(codeOf(() => requireAccount(cold, 8))).to.equal('no-account');
  });

  it('the account at work follows what is written; standing and alarm of each stay apart', () => {
    const cold = coldWith(2);
    const account = requireAccount(cold, 1);
    saveCbor(cold, R_ALARM, [1, 'forgery', 1234, 0]);
    expect(
      codeOf(() => requireOpenAccount(cold, 1)),
      'an alarm alone closes',
    ).to.equal('account-closed');
    saveCbor(cold, R_STANDING, [1, 'forgery', new Uint8Array(4)]);
    saveCbor(cold, R_ALARM, [1, '', 0, 0]);
    expect([account.closed, account.alarm, account.refusalTimes.length]).to.deep.equal(['forgery', '', 4]);
    expect(requireAccount(cold, 0).closed).to.equal('');
    expect([codeOf(() => requireOpenAccount(cold, 0)), codeOf(() => requireOpenAccount(cold, 1))]).to.deep.equal([
      'done',
      'account-closed',
    ]);
    saveCbor(cold, R_STANDING, [1, '', NONE]);
    expect(codeOf(() => requireOpenAccount(cold, 1))).to.equal('done');
  });

  it('overwrites channels when the account is let go of, or gives way to another', () => {
    const cold = coldWith(2);
    const key = () => new Uint8Array(32).fill(9);
    const channel = { id: 1, made: 0, key32: key(), own32: key(), other32: key(), sendSeq: 0, recvSeq: 0, recvSeen: 0 };
    Object.assign(openOf(cold, requireAccount(cold, 0)), {
      gate: key(),
      channel,
      next: { ...channel, key32: key() },
      v1: [[1, 2, new Uint8Array(33), key()], null],
    });
    saveChannels(cold, requireAccount(cold, 0));
    for (const leave of [() => letGoAccount(cold), () => requireAccount(cold, 1)]) {
      const it = openOf(cold, requireAccount(cold, 0));
      const secrets = [it.gate, it.channel!.key32, it.channel!.own32, it.next!.key32, it.v1![0]![3]] as Uint8Array[];
      expect(secrets.every((each) => each.length === 32 && each.every((octet) => octet === 9))).to.equal(true);
      leave();
      expect(secrets.every((each) => each.every((octet) => octet === 0))).to.equal(true);
      expect(cold.state.account?.n).to.not.equal(0);
    }
  });

  it('keys are those of the seed, under the storage key alone, and for nobody while locked', () => {
    const cold = coldWith(2);
    expect(hotNode(cold, 1)).to.deep.equal(accountNode(SEED, 'p2wpkh', 'regtest', 1, 1));
    expect(identityPriv(cold, 1)).to.deep.equal(identityNode(SEED, 1).key);
    const { storage } = cold.keys;
    cold.keys.storage = new Uint8Array(32).fill(2);
    expect(codeOf(() => hotNode(cold, 1))).to.equal('crypto-tag');
    cold.keys = undefined;
    for (const ask of [() => hotNode(cold, 1), () => identityPriv(cold, 0)]) expect(codeOf(ask)).to.equal('locked');
    cold.keys = { storage };
    const written = cold.journal.records;
    saveSecrets(cold, requireAccount(cold, 1), SEED);
    expect(cold.journal.records, 'they are written once').to.equal(written);
  });
});
