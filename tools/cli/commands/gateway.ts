// `chaincloud gateway`: takes jobs from the API to HSM-Hot on a serial port and the answers back.
import { hostname } from 'node:os';
import { startGateway, type GatewayOptions } from '../../../host/gateway';
import { realRuntime } from '../../../host/kit/runtime';
import { formatEvent } from '../../../host/kit/log';
import { openPort } from '../../serial/open';
import { need, type Command } from '../command';
import { describeShape, readConfig, type Shape } from '../config-file';
import { stopSignal } from '../stop-signal';

const SHAPE: Shape = {
  port: 'text',
  baud: 'number?',
  apiUrl: 'text',
  gatewayToken: 'text',
  name: 'text?',
  pollMs: 'number?',
};
/** What may not stand in a gateway's name. */
const NOT_IN_NAMES = /[^\x21-\x7e]/g;

interface Settings extends Omit<GatewayOptions, 'runtime' | 'port' | 'onEvent'> {
  port: string;
  baud?: number;
}

export const gatewayCommand: Command = {
  name: 'gateway',
  summary: 'carries requests between the API and HSM-Hot on a serial port',
  flags: { config: { value: 'FILE', help: `JSON: ${describeShape(SHAPE)}` } },
  async run(input) {
    const { port: path, baud, ...settings } = readConfig(need(input, 'config'), SHAPE) as unknown as Settings;
    const port = await openPort(path, baud);
    const gateway = await startGateway({
      name: `${hostname()}:${path}`.replace(NOT_IN_NAMES, '-').slice(0, 100),
      ...settings,
      port,
      runtime: realRuntime(),
      onEvent: (event) => process.stdout.write(`${formatEvent(event)}\n`),
    });
    process.stdout.write(`the gateway serves ${path}; Ctrl-C ends it\n`);
    const pulled = new Promise<number>((resolve) => port.onClose(() => resolve(1)));
    const code = await Promise.race([stopSignal().then(() => 0), pulled]);
    if (code) process.stderr.write(`chaincloud gateway: ${path} is gone: plug HSM-Hot in again and start anew\n`);
    await gateway.close();
    return code;
  },
};
