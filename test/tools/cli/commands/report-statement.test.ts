// Holds `chaincloud report` against the real API: a statement as CSV and JSON, on the screen and in a file, and every
// refusal with its own word and exit code. Nothing that it prints holds the token.
import { expect } from 'chai';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Statement } from '../../../../host/api/report';
import { startPlatform, type Platform } from '../../../host/api/fixture';
import { aMoment } from '../../../../tools/cli/commands/report';
import { chaincloud, type Done } from '../typist';

describe('cli: report, a statement from the API', function () {
  this.timeout(60_000);
  let platform: Platform;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
  before(async () => {
    platform = await startPlatform({ api: { chainPollMs: 600_000 } });
    await platform.deposit(1, 0, 500_000);
    await platform.deposit(1, 1, 300_001);
    await platform.deposit(2, 0, 7000);
    await platform.mine();
    await platform.runtime.advance(1000);
  });
  after(() => platform.close());

  const report = (args: string[], token: string | undefined = platform.tokens.hot): Promise<Done> =>
    chaincloud(['report', '--api', platform.api.url, ...args], { env: { CHAINCLOUD_TOKEN: token } });

  it('CSV on the screen, JSON in a file: the same sums', async () => {
    const { code, out } = await report([]);
    expect(code).to.equal(0);
    const lines = out.trimEnd().split(/\r?\n/);
    expect(lines[lines.length - 1].split(',').pop()).to.equal('800001');
    const file = path.join(dir, 'statement.json');
    const json = await report(['--format', 'json', '--out', file]);
    expect(json).to.include({ code: 0, out: '', err: '' });
    expect(JSON.parse(fs.readFileSync(file, 'utf8')) as Statement).to.include({
      side: 'hot_sending',
      deposits: 800_001,
      closing_balance: 800_001,
    });
  });
  it("each side's token gives its side; a period is kept to", async () => {
    expect(JSON.parse((await report(['--format', 'json'], platform.tokens.cold)).out)).to.include({
      side: 'cold_receiving',
      closing_balance: 7000,
    });
    const early = await report(['--format', 'json', '--to', '2001-01-01']);
    expect(early.err).to.equal('');
    const before = JSON.parse(early.out) as Statement;
    expect(before).to.include({ closing_balance: 0 });
    expect(before.entries).to.deep.equal([]);
  });
  it('days that touch neither overlap nor leave a gap', () => {
    expect(aMoment('to', '2026-12-31')).to.equal(aMoment('from', '2027-01-01'));
    expect(aMoment('to', '2028-02-28')).to.equal('2028-02-29T00:00:00');
    expect(aMoment('to', '2026-12-31 23:59')).to.equal('2026-12-31T23:59:00');
  });
  it('refusals: bad usage is 2, everything else 1, one line on standard error, without the token', async () => {
    const secret = 'no-such-token-42';
    const cases: [Promise<Done>, number, RegExp][] = [
      [report([], ''), 2, /missing --token/],
      [report(['--format', 'xml']), 2, /json or csv/],
      [chaincloud(['report']), 2, /missing --api/],
      [report([], secret), 1, /api-refused.*40[13]/],
      [report(['--from', 'yesterday']), 2, /2026-01-31/],
      [report(['--to', '2026-02-30']), 2, /2026-01-31/],
      [report(['--from', '2026-02-02', '--to', '2026-01-01']), 1, /api-refused.*after from/],
      [report(['--out', path.join(dir, 'no', 'where.csv')]), 1, /does not exist/],
      [chaincloud(['report', '--api', 'http://127.0.0.1:9', '--token', secret]), 1, /api-silent.*start the API/],
    ];
    for (const [work, code, says] of cases) {
      const done = await work;
      expect(done.err, String(says)).to.match(says);
      expect(done.code, done.err).to.equal(code);
      expect(done.err + done.out).not.to.include(secret);
      if (code === 1) expect(done.err.trimEnd().split('\n')).to.have.length(1);
    }
  });
});
