// A wrong word anywhere in the settings of a long-running program: one line, exit 1, before it opens a port. Each word
// of a sound file is spoiled in turn.
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInput, type Command } from '../../../../tools/cli/command';
import { apiCommand } from '../../../../tools/cli/commands/api';
import { gatewayCommand } from '../../../../tools/cli/commands/gateway';
import { vdeviceCommand } from '../../../../tools/cli/commands/vdevice';
import { websiteCommand } from '../../../../tools/cli/commands/website';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const SECRET = 'secret-0123456789abcdef';
const URL = 'http://127.0.0.1:1';
const SOUND: [Command, { [name: string]: Json }][] = [
  [
    apiCommand,
    {
      network: 'regtest',
      rpc: { url: URL, user: 'u', password: SECRET },
      database: ':memory:',
      host: '127.0.0.1',
      port: 0,
      adminToken: SECRET + 'a',
      operatorToken: SECRET + 'o',
      metricsToken: SECRET + 'm',
      backupToken: SECRET + 'b',
      gatewayToken: SECRET + 'g',
      chainPollMs: 1000,
      rateLimit: { burst: 10, perSecond: 1 },
      fixedFeerateSatVb: 5,
      webhookNetworks: ['10.0.0.0/8'],
    },
  ],
  [gatewayCommand, { port: '/dev/nope', baud: 115_200, apiUrl: URL, gatewayToken: SECRET, pollMs: 100 }],
  [
    websiteCommand,
    {
      file: ':memory:',
      port: 0,
      token: SECRET,
      password: SECRET,
      apiUrl: URL,
      apiTokens: { cold: SECRET, hot: SECRET },
      adminToken: SECRET,
      attestation: { identity: '02' + 'ab'.repeat(32), network: 'regtest', account: 0 },
      confirmations: 3,
    },
  ],
  [
    vdeviceCommand,
    {
      modemPort: '/dev/nope',
      simPin: '1234',
      identityFile: '/nowhere/identity',
      file: ':memory:',
      websiteUrl: URL,
      websiteToken: SECRET,
      password: SECRET,
      apiUrl: URL,
      apiToken: SECRET,
      account: '/nowhere/account.json',
      hsmPhones: ['+8613800000001'],
      adminPhones: ['+8613800000002'],
      policy: { windowMaxSats: 1_000_000 },
      rekeyAt: '03:00',
      utcOffsetMinutes: 480,
      pollMs: 1000,
      batchPollMs: 1000,
      protocol: 'v2',
    },
  ],
];

/** Every file with one word of it spoiled: a name, a value, an object's further name. */
function* spoiled(value: Json, put: (changed: Json) => Json, at = ''): Iterable<[what: string, file: Json]> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    yield [`${at} with another name`, put({ ...value, nonsense: 1 })];
    for (const [name, inner] of Object.entries(value)) {
      const others = Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
      yield [`${at}.${name} misspelt`, put({ ...others, [name + 'x']: inner })];
      yield* spoiled(inner, (changed) => put({ ...value, [name]: changed }), `${at}.${name}`);
    }
    return;
  }
  for (const wrong of [null, true, {}, typeof value === 'number' ? '1' : 7, typeof value === 'number' ? -1e9 : ''])
    yield [`${at} = ${JSON.stringify(wrong)}`, put(wrong)];
}

describe('settings of the long-running programs', () => {
  let folder = '';
  before(() => void (folder = mkdtempSync(join(tmpdir(), 'chaincloud-config-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [command, sound] of SOUND) {
    it(`${command.name}: each wrong word is told by its name, without a value, before anything starts`, async () => {
      const file = join(folder, 'config.json');
      const codes = new Set<string>();
      for (const [what, changed] of spoiled(sound, (made) => made)) {
        writeFileSync(file, JSON.stringify(changed));
        const error = await command
          .run(readInput(command, ['--config', file]))
          .then(() => undefined)
          .catch((thrown: Error & { code: string }) => thrown);
        expect(error, what).to.be.instanceOf(Error);
        codes.add(error!.code);
        expect(error!.message, what)
          .to.match(/"|expected/)
          .and.not.include('\n')
          .and.not.include(SECRET);
      }
      expect([...codes].filter((code) => !['config', 'bad-option', 'bad-policy'].includes(code))).to.deep.equal([]);
    });
  }

  it('wrong words that only their meaning shows: networks, tokens, places', async () => {
    const file = join(folder, 'config.json');
    const [, sound] = SOUND[0];
    for (const [name, value] of [
      ['network', 'mainnet'],
      ['rpc', { url: URL }],
      ['rpc', { url: URL, user: 'u' }],
      ['rpc', { url: URL, user: 'u', password: 'p', cookieFile: '/x/.cookie' }],
      ['database', 'postgre://user@host/db'],
      ['database', 'mysql://user@host/db'],
      ['adminToken', 'short'],
      ['operatorToken', sound.adminToken],
      ['webhookNetworks', ['10.0.0.0/99']],
      ['webhookNetworks', ['intranet']],
      ['chainPollMs', 0.5],
      ['fixedFeerateSatVb', 0],
    ] as const) {
      writeFileSync(file, JSON.stringify({ ...sound, [name]: value }));
      const error = await apiCommand.run(readInput(apiCommand, ['--config', file])).catch((thrown: Error) => thrown);
      expect((error as Error & { code: string }).code, name).to.be.oneOf(['config', 'bad-option']);
      expect((error as Error).message).to.include(name);
    }
    const input = readInput(apiCommand, ['--config', file, '--log', 'xml']);
    expect(await apiCommand.run(input).catch((thrown: { code: string }) => thrown.code)).to.equal('usage');
  });
});
