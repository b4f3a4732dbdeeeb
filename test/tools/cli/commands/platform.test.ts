// Holds the operator's commands against the real API: account, request, device, rescan, webhook.
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN_TOKEN, startPlatform, testKeys, type Platform } from '../../../host/api/fixture';
import { readInput } from '../../../../tools/cli/command';
import { COMMANDS } from '../../../../tools/cli/commands';

const OPERATOR_TOKEN = 'operator-token-0123456789';
const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

interface Done {
  code: number;
  out: string;
  err: string;
}

/** A command in this process, as the command line runs it. */
async function runHere([name, ...args]: string[]): Promise<Done> {
  const command = COMMANDS.find((each) => each.name === name)!;
  const done: Done = { code: 0, out: '', err: '' };
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string) => ((done.out += text), true);
  try {
    done.code = await command.run(readInput(command, args));
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    Object.assign(done, { code: code === 'usage' ? 2 : 1, err: message });
  } finally {
    process.stdout.write = write;
  }
  return done;
}

describe('cli: what operators do at the API', function () {
  this.timeout(120_000);
  let platform: Platform;
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-operator-'));
  before(async () => {
    platform = await startPlatform({ api: { chainPollMs: 600_000, operatorToken: OPERATOR_TOKEN } });
    await platform.deposit(1, 0, 500_000);
    for (const no of ['a', 'b', 'c']) await platform.send(no, `${SHOP},20000`);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await platform.close();
  });

  const run = (args: string[], token = OPERATOR_TOKEN): Promise<Done> =>
    runHere([...args, '--api', platform.api.url, ...(token === '' ? [] : ['--token', token])]);
  const json = async (args: string[], token?: string): Promise<any> => {
    const { code, out, err } = await run([...args, '--json'], token);
    expect({ code, err }, args.join(' ')).to.deep.equal({ code: 0, err: '' });
    return JSON.parse(out);
  };

  it('account: register, list, new tokens', async () => {
    const file = join(folder, 'account-3.json');
    writeFileSync(file, JSON.stringify({ ...testKeys(3).file, pairing_code: '123456' }));
    const registered = await json(['account', 'register', file, '--name', 'third'], ADMIN_TOKEN);
    expect(registered).to.include({ account: 3, user_id: 40_003 });
    expect((await platform.get('/user', registered.tokens.hot_sending)).body).to.include({ user_name: 'third' });
    const listed = await json(['account', 'list']);
    expect(listed.map((row: { account: number }) => row.account)).to.deep.equal([0, 3]);
    expect((await json(['account', 'list', '--limit', '1', '--all'])).length).to.equal(2);
    const page = await run(['account', 'list', '--limit', '1']);
    expect(page.out)
      .to.match(/^account +user_id +name/)
      .and.to.include('--cursor 0');
    const tokens = await run(['account', 'tokens', '3'], ADMIN_TOKEN);
    expect(tokens.out).to.match(/cold receiving token {2}\S{32}\nhot sending token {5}\S{32}\n/);
    expect((await platform.get('/user', registered.tokens.hot_sending)).status).to.equal(401);
  });

  it('request: pages, filters, give up', async () => {
    const all = await json(['request', 'list', '--limit', '2', '--all']);
    expect(all.map((row: { user_tx_no: string }) => row.user_tx_no)).to.deep.equal(['c', 'b', 'a']);
    expect((await json(['request', 'list', '--limit', '2', '--cursor', String(all[1].id)])).length).to.equal(1);
    expect((await run(['request', 'give-up', String(all[2].id)])).out).to.include('given up');
    const failed = await json(['request', 'list', '--state', 'failed', '--account', '0']);
    expect(failed.map((row: { user_tx_no: string }) => row.user_tx_no)).to.deep.equal(['a']);
    expect(await json(['request', 'list', '--account', '7'])).to.deep.equal([]);
  });

  it('device: asks and shows named fields', async () => {
    expect((await run(['device', 'show'])).out).to.include('never asked');
    await run(['device', 'ask']);
    for (;;) {
      const job = (await platform.nextJob()) as { id: number; kind: string; board?: string } | null;
      if (!job) break;
      const status =
        job.board === 'hot' ? [1, 1, 0, 5000, 3, 70, 0, 1, 2] : [2, 1_800_000_000, 'b', 'c', 1, [[0, 1, 17]]];
      await platform.finish(job, job.kind === 'status' ? { ok: true, status } : { ok: false, failure: { code: 'x' } });
    }
    const { out } = await run(['device', 'show']);
    expect(out)
      .to.match(/^hot {3}is_up +true$/m)
      .and.to.match(/^cold {2}state +locked$/m);
    expect((await json(['device', 'show'])).cold.fields.accounts[0]).to.deep.equal({
      account: 0,
      is_open: true,
      channel_id: 17,
    });
  });

  it('rescan: from a height, with progress', async () => {
    expect((await run(['rescan', 'progress'])).out).to.equal('no re-scan was begun\n');
    await json(['rescan', 'start', '1', '--account', '0']);
    expect(await json(['rescan', 'progress'])).to.include({ from: 1, done: false });
    expect((await run(['rescan', 'progress'])).out).to.match(/^block \d+ of \d+, from 1: \d+ %\n$/);
    await platform.api.sync();
    expect(await json(['rescan', 'progress'])).to.include({ done: true });
    expect((await platform.get('/user')).body.balance).to.equal(500_000);
    expect((await json(['account', 'list']))[0]).to.include({ birth_height: 1 });
  });

  it('webhook: add, list, messages, secret, remove', async () => {
    const added = await json(['webhook', 'add', '0', 'https://example.com/hook', '--events', 'payment.sent']);
    expect(added.secret).to.match(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect((await json(['webhook', 'list']))[0]).to.deep.include({
      id: added.id,
      events: ['payment.sent'],
      pending: 0,
    });
    expect(await json(['webhook', 'messages', String(added.id)])).to.deep.equal([]);
    expect((await run(['webhook', 'secret', String(added.id)])).out).to.match(/whsec_/);
    expect((await run(['webhook', 'remove', String(added.id)])).code).to.equal(0);
    expect(await json(['webhook', 'list'])).to.deep.equal([]);
  });

  it('refuses in one line, with the words of the API, without the token', async () => {
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, JSON.stringify({ ...testKeys(4).file, cold: { xpub: 7 } }));
    const cases: [() => Promise<Done>, number, RegExp][] = [
      [() => run(['account', 'burn']), 2, /no action "burn"; there are register, list, tokens/],
      [() => run(['account', 'constructor']), 2, /no action/],
      [() => run(['account', 'tokens']), 2, /takes ACCOUNT/],
      [() => run(['account', 'tokens', '-1']), 2, /.*/],
      [() => run(['account', 'register', join(folder, 'none.json')]), 1, /no such file/],
      [() => run(['account', 'register', bad]), 1, /cold\.xpub/],
      [() => run(['account', 'tokens', '0']), 1, /HTTP 403: this call takes the admin token/],
      [() => run(['account', 'tokens', '9'], ADMIN_TOKEN), 1, /HTTP 404: no account has this number/],
      [() => run(['account', 'list'], 'wrong-token-0123456789'), 1, /HTTP 401/],
      [() => run(['account', 'list'], ''), 2, /missing --token/],
      [() => run(['request', 'list', '--state', 'lost']), 2, /queued, planned/],
      [() => run(['request', 'give-up', 'x']), 2, /whole number/],
      [() => run(['rescan', 'start', '99999999']), 1, /HTTP 400: height expected 0\.\./],
      [() => run(['webhook', 'add', '0', 'http://127.0.0.1/']), 1, /HTTP 400: url expected https/],
      [() => run(['webhook', 'add', '0', 'https://a/', '--events', 'x']), 2, /deposit\.seen/],
      [() => runHere(['account', 'list']), 2, /missing --api/],
    ];
    for (const [done, code, message] of cases) {
      const { code: given, err, out } = await done();
      expect(err).to.match(message);
      expect(given, err).to.equal(code);
      expect(out).to.equal('');
      if (code === 1) expect(err.trimEnd()).to.not.include('\n');
      expect(err).to.not.include(OPERATOR_TOKEN).and.not.include(ADMIN_TOKEN);
    }
  });
});
