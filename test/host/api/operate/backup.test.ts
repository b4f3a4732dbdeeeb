// Holds the commands of docs/operate/README.md, "Backup", on a PostgreSQL of the test's own. The libsql file:
// operate.test.ts.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Api } from '../../../../host/api';
import { ROOT } from '../../../../host/kit/package';
import { startPostgres, type PostgresServer } from '../../../../tools/bench/kill/postgres-server';
import { ADMIN_TOKEN, startAnotherApi, startPlatform, type Platform } from '../fixture';

const RESTORED = 'chaincloud_restored';

/** The commands of the chapter, in their order. */
function commands(): string[] {
  const text = readFileSync(join(ROOT, 'docs', 'operate', 'README.md'), 'utf8');
  const chapter = text.split(/^## /m).find((each) => each.startsWith('Backup'))!;
  return [...chapter.matchAll(/```sh\n([^`]+)```/g)].map(([, block]) => block);
}

describe('docs/operate, backup of PostgreSQL', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let platform: Platform;
  let restored: Api | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-dump-'));
  const urlBefore = process.env.DATABASE_URL;

  before(async function () {
    const started = await startPostgres();
    if (!started || spawnSync('pg_dump', ['--version']).error) return this.skip(); // no PostgreSQL is installed
    server = started;
    process.env.DATABASE_URL = server.url;
    platform = await startPlatform();
  });
  after(async () => {
    if (urlBefore === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = urlBefore;
    await restored?.close();
    await platform?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the commands make a database from which another API goes on, blocks since then included', async () => {
    await platform.deposit(1, 0, 500_000);
    const restoredUrl = new URL(platform.database);
    restoredUrl.pathname = RESTORED;
    const env = {
      ...process.env,
      DATABASE_URL: server.url,
      RESTORED_URL: server.url.replace(/\w+$/, RESTORED),
      BACKUP: join(folder, 'api.dump'),
    };
    const [dump, restore] = commands();
    const shell = (script: string): void => {
      const { status, stderr } = spawnSync('sh', ['-euc', script], { env, encoding: 'utf8' });
      expect([status, stderr]).to.deep.equal([0, '']);
    };
    shell(dump);
    await platform.deposit(1, 1, 300_000);
    shell(restore);
    restored = await startAnotherApi(platform, { database: restoredUrl.href });
    await restored.sync();
    const answer = await fetch(restored.url + '/api/v1/open/user', { headers: { token: platform.tokens.hot } });
    expect(await answer.json()).to.include({ balance_confirmed: 800_000 });
  });

  it('the call names the tool', async () => {
    const answer = await fetch(platform.api.url + '/api/v1/admin/backup', { headers: { token: ADMIN_TOKEN } });
    expect([answer.status, await answer.json()]).to.deep.equal([
      400,
      { code: 2, message: 'the database is PostgreSQL: use pg_dump' },
    ]);
  });
});
