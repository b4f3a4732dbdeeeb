// `chaincloud api`: the platform's HTTP API, alone.
import { Type } from '@sinclair/typebox';
import { startApi } from '../../../host/api';
import { realRuntime } from '../../../host/kit/runtime';
import { need, type Command } from '../command';
import {
  Database,
  describeSettings,
  HttpUrl,
  Network,
  PauseMs,
  Port,
  Positive,
  readConfig,
  settings,
  Text,
  Texts,
} from '../config-file';
import { aLogWriter, LOG_FLAG } from '../log-writer';
import { stopSignal } from '../stop-signal';

const SETTINGS = settings({
  network: Network,
  rpc: settings({
    url: HttpUrl,
    user: Type.Optional(Text),
    password: Type.Optional(Text),
    cookieFile: Type.Optional(Text),
  }),
  database: Database,
  host: Type.Optional(Text),
  port: Type.Optional(Port),
  adminToken: Text,
  operatorToken: Type.Optional(Text),
  metricsToken: Type.Optional(Text),
  backupToken: Type.Optional(Text),
  gatewayToken: Text,
  chainPollMs: Type.Optional(PauseMs),
  rateLimit: Type.Optional(settings({ burst: Positive, perSecond: Positive })),
  fixedFeerateSatVb: Type.Optional(Positive),
  webhookNetworks: Type.Optional(Texts),
});

export const apiCommand: Command = {
  name: 'api',
  summary: 'runs the ChainCloud API on a Bitcoin Core-compatible node',
  flags: { config: { value: 'FILE', help: `JSON: ${describeSettings(SETTINGS)}` }, ...LOG_FLAG },
  async run(input) {
    const onEvent = aLogWriter(input);
    const api = await startApi({ ...readConfig(need(input, 'config'), SETTINGS), runtime: realRuntime(), onEvent });
    process.stdout.write(`the API is at ${api.url}/api/v1/open/; Ctrl-C ends it\n`);
    await stopSignal();
    await api.close();
    return 0;
  },
};
