// `chaincloud sim` (npm start): the whole system in the simulator, the story told as it happens.
import { accessSync, constants, renameSync, writeFileSync } from 'node:fs';
import { fail } from '../../../protocol/errors';
import { startControl, type Control } from '../../../host/sim/control';
import { formatEvent, type LogEvent } from '../../../host/kit/log';
import { NUMBERS, QUICK_POLLS, SIM_TOKENS } from '../../../host/sim/numbers';
import { createPump } from '../../../host/sim/clock/pump';
import { createSim800OnPty, MODEM_KIND_NAMES } from '../../../host/sim/sim800';
import { createSimulation, type Simulation } from '../../../host/sim/simulation';
import { runStory, storyJson, storyTable, type StoryResult } from '../../../host/sim/story';
import { aPort, type Command, type CommandInput } from '../command';
import { CHIP_FLAGS, chipOf } from '../sim-chip';
import { stopSignal } from '../stop-signal';

/** Which engine the boards run in; answers the path of the genuine interpreter, or undefined for Node's. */
function engineOf(input: CommandInput): string | undefined {
  const engine = input.values.engine;
  if (engine !== 'node' && engine !== 'espruino')
    throw fail('usage', `"--engine" expected node or espruino, got ${engine}`);
  const path = input.values.espruino ?? process.env.ESPRUINO;
  if (engine === 'node') return undefined;
  if (path === undefined)
    throw fail('usage', '"--engine espruino" needs --espruino PATH (or ESPRUINO in the environment)');
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw fail('no-espruino', `${path} is not a program that can be run: give the path of a Linux build of Espruino`);
  }
  return path;
}

function readyFile(sim: Simulation, control: Control, consoleUrl: string): object {
  const { rpc } = sim.platform.node;
  return {
    api: { url: sim.platform.internet.url, tokens: sim.tokens },
    website: {
      url: sim.customer.website.url,
      token: SIM_TOKENS.website,
      password: SIM_TOKENS.password,
      shop_token: SIM_TOKENS.shop,
    },
    chain: { rpc_url: rpc.url, rpc_user: rpc.user, rpc_password: rpc.password },
    control: { url: control.url, console: consoleUrl },
    account: sim.account,
    phones: NUMBERS,
  };
}

/** Written whole or not at all: a script that waits for the file never reads half of it. */
function writeReadyFile(path: string, content: object): void {
  writeFileSync(`${path}.part`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

interface Voice {
  line(text: string): void;
  event(event: LogEvent): void;
}

/** With --json standard output belongs to the result alone. */
function voiceOf(isJson: boolean): Voice {
  const line = (text: string): void => void (isJson ? undefined : process.stdout.write(`${text}\n`));
  return { line, event: (event) => line(`  ${formatEvent(event)}`) };
}

async function tellStory(sim: Simulation, voice: Voice): Promise<StoryResult> {
  return runStory(sim, {
    onStep: (step, index) => voice.line(`\n${index + 1}. ${step.tells}`),
    onProgress: (text) => voice.line(`  ... ${text}`),
  });
}

function tellUrls(sim: Simulation, ready: ReturnType<typeof readyFile>, voice: Voice): void {
  const { control } = ready as { control: Control & { console: string } };
  voice.line(
    `\nAPI      ${sim.platform.internet.url}/api/v1/open/   header token: ${sim.tokens.hot_sending} ` +
      `(hot) ${sim.tokens.cold_receiving} (cold)`,
  );
  voice.line(`website  ${sim.customer.website.url}/?token=${SIM_TOKENS.shop}`);
  voice.line(
    `node     ${sim.platform.node.rpc.url}   user ${sim.platform.node.rpc.user}, password ` +
      `${sim.platform.node.rpc.password}`,
  );
  voice.line(`control  ${control.url}/state`);
  voice.line(`console  chaincloud console --port ${control.console}`);
  voice.line('Ctrl-C ends it.');
}

/** Lets the system run beside the wall clock. */
async function openDoors(
  sim: Simulation,
  control: Control,
  pump: ReturnType<typeof createPump>,
  input: CommandInput,
  voice: Voice,
): Promise<void> {
  const consoleUrl = await sim.console.listen();
  const ready = readyFile(sim, control, consoleUrl);
  if (input.values['ready-file']) writeReadyFile(input.values['ready-file'], ready);
  tellUrls(sim, ready, voice);
  const number = input.values.phone;
  if (number !== undefined) {
    const { path } = createSim800OnPty(sim.runtime, sim.gsm, number, `${input.values.seed}/phone`);
    voice.line(`phone    ${path} is a SIM800 with the number ${number}, for gammu or a terminal program`);
  }
  pump.start(Number(input.values.speed));
}

export const simCommand: Command = {
  name: 'sim',
  summary: 'runs the whole system in the simulator and tells its story',
  flags: {
    once: { help: 'tells the story once, prints a table of its steps and ends' },
    json: { help: 'with --once: one JSON object on standard output and nothing else' },
    'ready-file': {
      value: 'FILE',
      help: 'sets everything up without the story, then writes addresses and tokens as JSON and stays',
    },
    engine: { value: 'node|espruino', help: 'where the firmware images run', default: 'node' },
    espruino: { value: 'PATH', help: 'the genuine interpreter, a Linux build of Espruino' },
    ...CHIP_FLAGS,
    modems: { value: '1|2', help: 'GSM modules on HSM-Cold; 1 is what the ESP32 boards have', default: '2' },
    'modem-kind': {
      value: MODEM_KIND_NAMES.join('|'),
      help: 'which modems HSM-Cold and V have: SIM800 (GSM), A7670 or SIM7600 (LTE)',
      default: 'sim800',
    },
    accounts: { value: '1-8', help: "customers on HSM-Cold; the story is the first one's", default: '1' },
    protocol: { value: 'v1|v2', help: "v1: the account takes the published app's texts and signatures", default: 'v2' },
    seed: { value: 'TEXT', help: 'everything random comes from it', default: 'chaincloud' },
    speed: { value: 'N', help: 'simulated seconds in a second after the story', default: '1' },
    phone: {
      value: 'NUMBER',
      help: 'a further SIM800 on the simulated network, on a pseudo-terminal, for gammu and the like',
    },
    'api-port': { value: 'PORT', help: 'TCP port of the API on 127.0.0.1', default: '0' },
    'website-port': { value: 'PORT', help: 'TCP port of the website', default: '0' },
    'chain-port': { value: 'PORT', help: "TCP port of the node's JSON-RPC", default: '0' },
    'control-port': { value: 'PORT', help: 'TCP port of the remote control', default: '0' },
  },
  async run(input) {
    const isOnce = input.switches.once === true;
    const isJson = input.switches.json === true;
    if (isJson && !isOnce) throw fail('usage', '--json goes with --once');
    if (!(Number(input.values.speed) > 0)) throw fail('usage', '"--speed" expected a number above 0');
    if (!/^[12]$/.test(input.values.modems!)) throw fail('usage', '"--modems" expected 1 or 2');
    const modemKind = MODEM_KIND_NAMES.find((name) => name === input.values['modem-kind']);
    if (modemKind === undefined) throw fail('usage', `"--modem-kind" expected ${MODEM_KIND_NAMES.join(', ')}`);
    if (!/^[1-8]$/.test(input.values.accounts!)) throw fail('usage', '"--accounts" expected 1 to 8');
    if (!/^v[12]$/.test(input.values.protocol!)) throw fail('usage', '"--protocol" expected v1 or v2');
    const port = (name: string): number => aPort(`${name}-port`, input.values[`${name}-port`]!);
    const ports = { api: port('api'), website: port('website'), chain: port('chain') };
    const controlPort = port('control');
    const espruino = engineOf(input);
    const voice = voiceOf(isJson);
    let control: Control | undefined;
    let isStaying = false;
    const stopped = stopSignal().then(() => {
      if (!isStaying) process.stderr.write('chaincloud sim: interrupted\n');
      return isStaying ? 0 : 1;
    });
    const creating = createSimulation({
      seed: input.values.seed,
      espruino,
      ...chipOf(input, espruino !== undefined),
      modemKind,
      accounts: Number(input.values.accounts),
      vProtocol: input.values.protocol as 'v1' | 'v2',
      ports,
      polls: isOnce ? undefined : QUICK_POLLS,
      onEvent(event) {
        voice.event(event);
        control?.record(event);
      },
      onLog: (who, line) => process.stderr.write(`${who}: ${line}\n`),
    });
    await Promise.race([creating, stopped]);
    const sim = await creating;
    const pump = createPump(sim.runtime, (error) => process.stderr.write(`${(error as Error).message}\n`));
    const work = async (): Promise<number> => {
      if (isOnce) {
        const result = await tellStory(sim, voice);
        process.stdout.write(isJson ? `${storyJson(result)}\n` : `\n${storyTable(result)}`);
        return result.ok ? 0 : 1;
      }
      if (input.values['ready-file']) await sim.setUp();
      else if (!(await tellStory(sim, voice)).ok) return 1;
      control = await startControl(sim, pump, controlPort);
      await openDoors(sim, control, pump, input, voice);
      isStaying = true;
      return stopped;
    };
    try {
      return await Promise.race([work(), stopped]);
    } finally {
      await pump.stop();
      await control?.close();
      await sim.close();
    }
  },
};
