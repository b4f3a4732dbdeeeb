// Holds approvals (host/vdevice/admins/approvals.ts, approval-table.ts) in a running V: which withdrawals wait, whose
// word lets them go, and what a hacked website or a forged number gets out of it. Spec: SPEC.md 11.

import { expect } from 'chai';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_SECONDS } from '../../../../protocol/time';
import { QUESTIONS_PER_DAY } from '../../../../host/vdevice/admins/approvals';
import { addressOf } from '../fake-api';
import { ADMIN, createWorld, PAYEE, vtestOf, type World } from '../world';

const SECOND_ADMIN = '+8613800000010';
/** Days pass here: V looks once in five minutes. */
const POLL_S = 300;
const CODE = /^CC:APPROVE:([A-Z2-7]{8}) /;

describe('host/vdevice approvals', () => {
  let world: World;
  /** What the website has to offer, oldest first. */
  let offered: { vtest_id: number }[];
  const policy = { approveAboveSats: 100_000 };

  const open = async (more: Parameters<typeof createWorld>[0] = {}): Promise<void> => {
    world = await createWorld({ policy, adminPhones: [ADMIN, SECOND_ADMIN], pollMs: POLL_S * 1000, ...more });
    await world.open();
    offered = [];
    world.site.behind = (query) =>
      offered.find(({ vtest_id }) => vtest_id > Number(query.slice('after='.length))) ?? null;
    expect(await world.v.startLoop()).to.equal(true);
  };
  beforeEach(() => open());
  afterEach(() => world.close());

  const offer = async (id: number, sats: number, address = PAYEE): Promise<void> => {
    offered.push((await vtestOf(id, `${address},${sats}`)) as { vtest_id: number });
    world.site.vtest = offered[0];
  };
  /** Everything that V posted is confirmed and reported. */
  const settle = async (polls = 5): Promise<void> => {
    for (let left = polls; left > 0; left--) {
      await world.pass(POLL_S);
      for (const [id, request] of world.api.requests) {
        const hash = Number(id).toString(16).padStart(64, '0');
        const outputs = request.form.outs.split(';').map((text: string) => {
          const [address, value] = text.split(',');
          return { address, value: Number(value) };
        });
        Object.assign(request, { status: 1, txHash: hash });
        world.api.details.set(hash, { outputs, inputs: [] });
      }
      const gone = world.site.reports.map(({ vtest_id }) => Number(vtest_id));
      offered = offered.filter(({ vtest_id }) => !gone.includes(vtest_id));
      world.site.vtest = offered[0] ?? null;
    }
  };
  const paid = (): string[] => [...new Set(world.api.posts.map((form) => form.user_tx_no).filter(Boolean))] as string[];
  const codes = (): string[] => world.adminTexts().flatMap((text) => CODE.exec(text)?.[1] ?? []);
  const say = async (text: string, from = ADMIN): Promise<string[]> => {
    const before = world.sms.length;
    world.deliver({ from, text });
    await settle(4);
    return world.sms.slice(before).flatMap(({ text: words }) => words ?? []);
  };
  const waiting = async (): Promise<string[]> => (await world.v.status()).approvals.map(({ vtestId }) => vtestId);

  it('asks every admin with code, amount, number of outputs and first destination; either approves', async () => {
    await offer(1, 100_001);
    await settle();
    const text = world.adminTexts()[0];
    expect(text.replace(CODE, '')).to.equal(`pays 100001 sats, 1 output, first ${PAYEE}: withdrawal 1`);
    expect(world.sms.filter((sms) => sms.text === text).map(({ to }) => to)).to.deep.equal([ADMIN, SECOND_ADMIN]);
    expect([paid(), await waiting(), (await world.v.status()).loop.state]).to.deep.equal([[], ['1'], 'waiting']);
    expect(await say(`CC:APPROVE:${codes()[0].toLowerCase()}`, SECOND_ADMIN)).to.deep.equal([
      'withdrawal 1 is approved',
    ]);
    expect([paid(), await waiting()]).to.deep.equal([['1'], []]);
    expect(await say(`CC:APPROVE:${codes()[0]}`), 'used up').to.deep.equal([]);
  });

  it('the longest question is one SMS', async () => {
    const first = addressOf('x'.repeat(3));
    const id = 'i'.repeat(64);
    world.site.vtest = await vtestOf(id, Array.from({ length: 100 }, () => `${first},9000000`).join(';'));
    await world.pass(2 * POLL_S);
    const [text] = world.adminTexts();
    expect(text).to.have.length.at.most(160);
    expect(text.replace(CODE, '')).to.include(`pays 900000000 sats, 100 outputs, first ${first}: withdrawal iii`);
  });

  it('attack: splitting does not help, the sum of a day counts', async () => {
    for (let id = 1; id <= 6; id++) await offer(id, 20_000);
    await settle(14);
    expect([paid(), await waiting()]).to.deep.equal([['1', '2', '3', '4', '5'], ['6']]);
  });

  it('what is behind a withdrawal that waits goes on, for days; an approved one counts in no sum', async () => {
    await offer(1, 1_000_000);
    await offer(2, 60_000);
    await settle();
    expect(paid()).to.deep.equal(['2']);
    await world.pass(2 * DAY_SECONDS);
    await offer(3, 100_000);
    await settle();
    expect([paid(), await waiting()]).to.deep.equal([['2', '3'], ['1']]);
    await world.v.approve('1');
    await settle();
    await world.pass(DAY_SECONDS);
    await offer(4, 100_000);
    await settle();
    expect(paid()).to.deep.equal(['2', '3', '1', '4']);
  });

  it('what waits only for the sum of the day goes by itself once the day has room', async () => {
    await offer(1, 100_000);
    await settle();
    await offer(2, 50_000);
    await settle();
    expect([paid(), await waiting()]).to.deep.equal([['1'], ['2']]);
    await world.pass(DAY_SECONDS);
    await settle();
    expect([paid(), await waiting()]).to.deep.equal([['1', '2'], []]);
    expect(await say(`CC:APPROVE:${codes()[0]}`), 'it went without').to.deep.equal([]);
  });

  it('wrong codes, strangers and other commands are ignored, and cost nobody a try', async () => {
    await offer(1, 200_000);
    await settle();
    const [code] = codes();
    const wrong = code.replace(/./g, (letter) => (letter === 'A' ? 'B' : 'A'));
    for (const text of [wrong, code.slice(1), `${code}A`, ''].map((each) => `CC:APPROVE:${each}`))
      for (let i = 0; i < 3; i++) world.deliver({ from: ADMIN, text });
    world.deliver({ from: ADMIN, text: `CC:START_LOOP:${code}` });
    world.deliver({ from: '+8613800000011', text: `CC:APPROVE:${code}` });
    await settle();
    expect([paid(), world.sms.filter(({ text }) => text?.includes('approved'))]).to.deep.equal([[], []]);
    await say(`CC:APPROVE:${code}`);
    expect(paid()).to.deep.equal(['1']);
  });

  it('a code is for one withdrawal: not for another one, nor for another content under its id', async () => {
    await offer(1, 200_000);
    await offer(2, 300_000, addressOf('second'));
    await settle();
    const [first] = codes();
    expect(await say(`CC:APPROVE:${first}`)).to.deep.equal(['withdrawal 1 is approved']);
    expect([paid(), await waiting()]).to.deep.equal([['1'], ['2']]);
    offered = [];
    await offer(2, 400_000, addressOf('thief'));
    await settle();
    expect(codes()).to.have.length(3);
    expect(await say(`CC:APPROVE:${codes()[1]}`), 'of the content before').to.deep.equal([]);
    expect(paid()).to.deep.equal(['1']);
    await say(`CC:APPROVE:${codes()[2]}`);
    expect(paid()).to.deep.equal(['1', '2']);
  });

  it('attack: the website exchanges the content after the approval, before V looks again', async () => {
    await offer(1, 200_000);
    await settle();
    await world.v.stopLoop();
    await world.v.approve('1');
    offered = [];
    await offer(1, 200_000, addressOf('thief'));
    await world.v.startLoop();
    await settle();
    expect([paid(), await waiting()]).to.deep.equal([[], ['1']]);
  });

  it('a code ends after a day, and another one is sent', async () => {
    await offer(1, 200_000);
    await settle();
    const [first] = codes();
    await world.pass(DAY_SECONDS - 6 * POLL_S);
    expect(codes()).to.have.length(1);
    await world.v.stopLoop();
    await world.pass(6 * POLL_S);
    expect(await say(`CC:APPROVE:${first}`)).to.deep.equal([]);
    await world.v.startLoop();
    await settle();
    expect(codes()).to.have.length(2);
    expect(await say(`CC:APPROVE:${first}`), 'the one before').to.deep.equal([]);
    await say(`CC:APPROVE:${codes()[1]}`);
    expect(paid()).to.deep.equal(['1']);
  });

  it('a restart between code and word, and between word and payment, changes nothing', async () => {
    await offer(1, 200_000);
    await settle();
    await world.restart();
    await settle();
    expect([codes().length, await waiting()]).to.deep.equal([1, ['1']]);
    await world.v.stopLoop();
    await say(`CC:APPROVE:${codes()[0]}`);
    await world.restart();
    await world.v.startLoop();
    await settle();
    expect(paid()).to.deep.equal(['1']);
  });

  it('the door approves by id or by code, dismisses, and says when nothing waits', async () => {
    const codeFrom = (promise: Promise<unknown>): Promise<string | undefined> =>
      promise.then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
    for (const id of [1, 2, 3]) await offer(id, 200_000);
    await settle();
    expect(await waiting()).to.deep.equal(['1', '2', '3']);
    expect(await world.v.approve('1')).to.equal('1');
    expect(await world.v.approve(codes()[1])).to.equal('2');
    await world.v.dismiss('3');
    await settle(8);
    expect(paid()).to.deep.equal(['1', '2']);
    expect(world.site.reports.find(({ vtest_id }) => vtest_id === '3')).to.deep.equal({ vtest_id: '3' });
    for (const id of ['1', '3', '9', codes()[2]])
      expect(await codeFrom(world.v.approve(id)), id).to.equal('not-waiting');
    expect(await codeFrom(world.v.dismiss('1'))).to.equal('vtest-authorised');
  });

  it('attack: a website that makes one after the other wait costs a bounded number of questions', async () => {
    for (let id = 1; id <= QUESTIONS_PER_DAY + 5; id++) await offer(id, 200_000);
    await settle(8);
    expect(codes()).to.have.length(QUESTIONS_PER_DAY);
    expect(await waiting()).to.have.length(QUESTIONS_PER_DAY + 5);
    expect(world.adminTexts().filter((text) => text.includes('holds'))).to.have.length(1);
    await offer(90, 20_000);
    await settle();
    expect(paid()).to.deep.equal(['90']);
    await world.v.approve(String(QUESTIONS_PER_DAY + 1));
    await settle();
    expect(paid()).to.deep.equal(['90', String(QUESTIONS_PER_DAY + 1)]);
  });

  it('known destinations are those that an approved payment paid a day ago', async () => {
    await world.close();
    await open({ policy: { approveNewDestinations: true } });
    await offer(1, 20_000);
    await settle();
    await world.v.approve('1');
    await settle();
    await offer(2, 20_000);
    await settle();
    expect([paid(), await waiting()]).to.deep.equal([['1'], ['2']]);
    await world.pass(DAY_SECONDS - 11 * POLL_S);
    expect(paid()).to.deep.equal(['1']);
    await settle(11);
    expect(paid()).to.deep.equal(['1', '2']);
    await offer(3, 20_000, addressOf('stranger'));
    await offer(4, 20_000, PAYEE.toUpperCase());
    await settle();
    expect([paid(), await waiting()]).to.deep.equal([['1', '2', '4'], ['3']]);
  });

  it('a payment that no person approved makes no destination known', async () => {
    await offer(1, 20_000);
    await settle();
    await world.restart({ policy: { ...policy, approveNewDestinations: true } });
    await world.pass(DAY_SECONDS);
    await offer(2, 20_000);
    await settle();
    expect([paid(), await waiting()]).to.deep.equal([['1'], ['2']]);
  });

  it('attack: an older state of V knows fewer approvals, and never a used code for another withdrawal', async () => {
    await offer(1, 200_000);
    await settle();
    const [file, older] = ['v.db', 'older.db'].map((name) => join(world.folder, name));
    for (const end of ['', '-wal', '.key']) copyFileSync(file + end, older + end);
    const [code] = codes();
    await say(`CC:APPROVE:${code}`);
    expect(paid()).to.deep.equal(['1']);
    await offer(2, 300_000);
    await world.restart({ file: older });
    await settle();
    // The code is for the first one still, which HSM-Cold has signed; never for what came behind it.
    expect(await say(`CC:APPROVE:${code}`)).to.deep.equal(['withdrawal 1 is approved']);
    expect([paid(), await waiting()]).to.deep.equal([['1'], ['2']]);
  });
});
