// `chaincloud website`: the customer's reference website, alone.
import { realRuntime } from '../../../host/kit/runtime';
import { formatEvent } from '../../../host/kit/log';
import { startWebsite, type WebsiteOptions } from '../../../host/website';
import { need, type Command } from '../command';
import { describeShape, readConfig, type Shape } from '../config-file';
import { stopSignal } from '../stop-signal';

const SHAPE: Shape = {
  file: 'text',
  port: 'number?',
  token: 'text',
  password: 'text',
  apiUrl: 'text',
  apiTokens: 'object',
  adminToken: 'text',
  attestation: 'object?',
  confirmations: 'number?',
};

export const websiteCommand: Command = {
  name: 'website',
  summary: 'runs the reference website of a customer',
  flags: { config: { value: 'FILE', help: `JSON: ${describeShape(SHAPE)}` } },
  async run(input) {
    const settings = readConfig(need(input, 'config'), SHAPE) as unknown as WebsiteOptions;
    const website = await startWebsite({
      ...settings,
      runtime: realRuntime(),
      onEvent: (event) => process.stdout.write(`${formatEvent(event)}\n`),
    });
    process.stdout.write(`the website is at ${website.url}; Ctrl-C ends it\n`);
    await stopSignal();
    await website.close();
    return 0;
  },
};
