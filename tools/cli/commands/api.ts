// `chaincloud api`: the platform's HTTP API, alone.
import { startApi, type ApiOptions } from '../../../host/api';
import { formatEvent } from '../../../host/kit/log';
import { realRuntime } from '../../../host/kit/runtime';
import { need, type Command } from '../command';
import { describeShape, readConfig, type Shape } from '../config-file';
import { stopSignal } from '../stop-signal';

const SHAPE: Shape = {
  network: 'text',
  rpc: 'object',
  database: 'text',
  host: 'text?',
  port: 'number?',
  adminToken: 'text',
  gatewayToken: 'text',
  chainPollMs: 'number?',
  rateLimit: 'object?',
  fixedFeerateSatVb: 'number?',
};

export const apiCommand: Command = {
  name: 'api',
  summary: 'runs the ChainCloud API on a Bitcoin Core-compatible node',
  flags: { config: { value: 'FILE', help: `JSON: ${describeShape(SHAPE)}` } },
  async run(input) {
    const settings = readConfig(need(input, 'config'), SHAPE) as unknown as ApiOptions;
    const api = await startApi({
      ...settings,
      runtime: realRuntime(),
      onEvent: (event) => process.stdout.write(`${formatEvent(event)}\n`),
    });
    process.stdout.write(`the API is at ${api.url}/api/v1/open/; Ctrl-C ends it\n`);
    await stopSignal();
    await api.close();
    return 0;
  },
};
