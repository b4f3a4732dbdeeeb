// A stop cuts nobody off: requests under way, and those whose bytes have only just been sent, get their answer.

import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../../host/kit/package';
import { ADMIN_TOKEN, GATEWAY_TOKEN, startPlatform, VC2 } from '../fixture';

const SHOP = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('host/api/http/drain', () => {
  it('SIGTERM with 60 payments under way: each is answered, each answer holds, the process ends with 0', async () => {
    const platform = await startPlatform();
    for (let i = 0; i < 3; i++) await platform.deposit(1, i, 300_000);
    await platform.api.close();
    const config = platform.database.replace(/[^/]*$/, 'config.json').replace(/^postgres.*/, join(ROOT, 'config.json'));
    writeFileSync(
      config,
      JSON.stringify({
        network: 'regtest',
        rpc: platform.node.rpc,
        database: platform.database,
        adminToken: ADMIN_TOKEN,
        gatewayToken: GATEWAY_TOKEN,
      }),
    );
    const child = spawn(process.execPath, [join(ROOT, 'tools', 'chaincloud.js'), 'api', '--config', config]);
    const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    const url = await new Promise<string>((resolve) => {
      let text = '';
      child.stdout.on('data', (part: Buffer) => {
        text += part.toString();
        const found = /the API is at (http:\S+)\/api\/v1\/open\//.exec(text);
        if (found) resolve(found[1]);
      });
    });
    let answered = 0;
    let cut = 0;
    const sending = Array.from({ length: 60 }, (_, i) =>
      fetch(url + '/api/v1/open/tx/request', {
        method: 'POST',
        headers: { token: platform.tokens.hot },
        body: new URLSearchParams({ user_tx_no: `z${i}`, outs: `${SHOP},10000`, vc_code: VC2, c_id: '1' }),
      }).then(
        (answer) => void (answer.status === 200 ? answered++ : cut++),
        () => void cut++,
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    child.kill('SIGTERM');
    expect(await exited).to.equal(0);
    await Promise.all(sending);
    expect({ answered, cut }).to.deep.equal({ answered: 60, cut: 0 });
    await platform.restart();
    for (let i = 0; i < 60; i++) expect((await platform.get(`/tx/z${i}`)).status).to.equal(200);
    await platform.close();
  });
});
