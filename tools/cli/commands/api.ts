// `chaincloud api`: the platform's HTTP API, alone.
import { Type, type Static } from '@sinclair/typebox';
import { fail } from '../../../protocol/errors';
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
  TcpUrls,
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
  /** Of the node's `zmqpubhashblock` and `zmqpubrawtx`. */
  zmq: Type.Optional(TcpUrls),
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

/** The settings of a file. Throws `config`. */
function settingsOf(path: string): Static<typeof SETTINGS> {
  const given = readConfig(path, SETTINGS);
  const { user, password, cookieFile } = given.rpc;
  const isByUser = user !== undefined && password !== undefined && cookieFile === undefined;
  const isByCookie = cookieFile !== undefined && user === undefined && password === undefined;
  if (!isByUser && !isByCookie) throw fail('config', `${path}: "rpc" expected user and password, or cookieFile`);
  return given;
}

export const apiCommand: Command = {
  name: 'api',
  summary: 'runs the ChainCloud API on a Bitcoin Core-compatible node',
  flags: { config: { value: 'FILE', help: `JSON: ${describeSettings(SETTINGS)}` }, ...LOG_FLAG },
  async run(input) {
    const onEvent = aLogWriter(input);
    const api = await startApi({ ...settingsOf(need(input, 'config')), runtime: realRuntime(), onEvent });
    process.stdout.write(`the API is at ${api.url}/api/v1/open/; Ctrl-C ends it\n`);
    await stopSignal();
    await api.close();
    return 0;
  },
};
