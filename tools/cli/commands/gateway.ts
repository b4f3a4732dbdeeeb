// `chaincloud gateway`: takes jobs from the API to HSM-Hot on a serial port and the answers back.
import { hostname } from 'node:os';
import { Type } from '@sinclair/typebox';
import { startGateway } from '../../../host/gateway';
import { realRuntime } from '../../../host/kit/runtime';
import { openPort } from '../../serial/open';
import { need, type Command } from '../command';
import { describeSettings, HttpUrl, PauseMs, Positive, readConfig, settings, Text } from '../config-file';
import { aLogWriter, LOG_FLAG } from '../log-writer';
import { stopSignal } from '../stop-signal';

const SETTINGS = settings({
  port: Text,
  baud: Type.Optional(Positive),
  apiUrl: HttpUrl,
  gatewayToken: Text,
  name: Type.Optional(Text),
  pollMs: Type.Optional(PauseMs),
});
/** What may not stand in a gateway's name. */
const NOT_IN_NAMES = /[^\x21-\x7e]/g;

export const gatewayCommand: Command = {
  name: 'gateway',
  summary: 'carries requests between the API and HSM-Hot on a serial port',
  flags: { config: { value: 'FILE', help: `JSON: ${describeSettings(SETTINGS)}` }, ...LOG_FLAG },
  async run(input) {
    const onEvent = aLogWriter(input);
    const { port: path, baud, ...given } = readConfig(need(input, 'config'), SETTINGS);
    const port = await openPort(path, baud);
    const gateway = await startGateway({
      name: `${hostname()}:${path}`.replace(NOT_IN_NAMES, '-').slice(0, 100),
      ...given,
      port,
      runtime: realRuntime(),
      onEvent,
    });
    process.stdout.write(`the gateway serves ${path}; Ctrl-C ends it\n`);
    const pulled = new Promise<number>((resolve) => port.onClose(() => resolve(1)));
    const code = await Promise.race([stopSignal().then(() => 0), pulled]);
    if (code) process.stderr.write(`chaincloud gateway: ${path} is gone: plug HSM-Hot in again and start anew\n`);
    await gateway.close();
    return code;
  },
};
