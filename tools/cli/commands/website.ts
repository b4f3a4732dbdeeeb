// `chaincloud website`: the customer's reference website, alone.
import { Type } from '@sinclair/typebox';
import { ACCOUNT_MAX } from '../../../protocol/wire';
import { realRuntime } from '../../../host/kit/runtime';
import { startWebsite } from '../../../host/website';
import { need, type Command } from '../command';
import { describeSettings, HttpUrl, Network, Port, readConfig, settings, Text } from '../config-file';
import { aLogWriter, LOG_FLAG } from '../log-writer';
import { stopSignal } from '../stop-signal';

const SETTINGS = settings({
  file: Text,
  port: Type.Optional(Port),
  token: Text,
  password: Text,
  apiUrl: HttpUrl,
  apiTokens: settings({ cold: Text, hot: Text }),
  adminToken: Text,
  attestation: Type.Optional(
    settings({
      identity: Type.String({ pattern: '^0[23][0-9a-f]{64}$', description: '33 bytes in hex' }),
      network: Network,
      account: Type.Integer({ minimum: 0, maximum: ACCOUNT_MAX, description: 'the number of an account' }),
    }),
  ),
  confirmations: Type.Optional(Type.Integer({ minimum: 0, description: 'a number of blocks' })),
});

export const websiteCommand: Command = {
  name: 'website',
  summary: 'runs the reference website of a customer',
  flags: { config: { value: 'FILE', help: `JSON: ${describeSettings(SETTINGS)}` }, ...LOG_FLAG },
  async run(input) {
    const onEvent = aLogWriter(input);
    const given = readConfig(need(input, 'config'), SETTINGS);
    const website = await startWebsite({ ...given, runtime: realRuntime(), onEvent });
    process.stdout.write(`the website is at ${website.url}; Ctrl-C ends it\n`);
    await stopSignal();
    await website.close();
    return 0;
  },
};
