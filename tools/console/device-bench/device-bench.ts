// What `chaincloud bench` measures on whatever answers: at a prompt the interpreter's own speed, memory, flash, noise
// and the line; on an HSM-Cold its self-test and the benchmark of its cryptography. One table that a person can send
// in.
import { fail } from '../../../protocol/errors';
import type { BoardData } from '../../../boards/board';
import { createConsoleClient, type ConsoleClient } from '../../../host/operator';
import type { Runtime } from '../../../host/kit/runtime';
import { viewBoard, type BoardView } from '../../doctor/board-view';
import { startPacemaker } from '../../flash/prompt/pacemaker';
import { probeInterpreter } from '../../flash/prompt/probe';
import type { ProveOptions } from '../../flash/lines/prove';
import { findPrompt, type Prompt } from '../../flash/prompt/prompt';
import type { OpenPort } from '../../serial/open';
import { chipRows, type BenchFigure } from './chip';
import { judgeDips, measureDips } from './modem-dips';
import { measureEcho, type Echo } from './modem-echo';
import { trialRows } from './line-trials';
import { measureLoss } from './uart-loss';

export interface DeviceBench {
  board: string;
  role?: string;
  interpreter: string;
  commit?: string;
  figures: BenchFigure[];
  /** What is wrong with the board, in sentences with what to do. */
  findings: string[];
}

export interface BenchOptions {
  /** Also measures the supply of the modem of a board at its prompt, wired as this board. */
  modemOf?: BoardData;
  /** A phone that gets a text in that, or by HSM-Cold, which asks for its PIN. */
  smsTo?: string;
  askPin?: () => Promise<string>;
  /** Tries the board's lines with so many bursts: its own, those that a wire leads back, and the one to `peer`. */
  bursts?: number;
  /** The other HSM's board, at its prompt. */
  peer?: Prompt;
  /** How far a trial is. */
  onTrial?: ProveOptions['onTrial'];
}

/** Expressions with the number of runs in them; each answers milliseconds a run. */
const SPEEDS: { [name: string]: string } = {
  'empty loop, 1000 turns': '(function(){var t=getTime(),i;for(i=0;i<1000;i++);return (getTime()-t)*1000;}())',
  'call, 500 of them':
    '(function(){var t=getTime(),i,f=function(a){return a;};for(i=0;i<500;i++)f(i);return (getTime()-t)*1000;}())',
  'Uint8Array, 1000 writes':
    '(function(){var t=getTime(),i,b=new Uint8Array(64);for(i=0;i<1000;i++)b[i&63]=i;return (getTime()-t)*1000;}())',
  'native SHA-256, 64 bytes':
    '(function(){var t=getTime(),i,h;' +
    'try{h=require("crypto").SHA256||function(d){return require("crypto").hash("SHA256",d);};' +
    `for(i=0;i<10;i++)h("${'0123456789abcdef'.repeat(4)}");}` +
    'catch(e){return -1;}return (getTime()-t)*100;}())',
  'CRC32, 1 KB':
    '(function(){var t=getTime(),i,b=new Uint8Array(1024);for(i=0;i<10;i++)E.CRC32(b);return (getTime()-t)*100;}())',
};

/**
 * Distinct values and the longest run among 64 numbers of the generator: it repeats after every start on stock builds.
 */
const NOISE =
  '(function(){var s={},n=0,i,v;for(i=0;i<64;i++){v=E.hwRand();if(s[v]===undefined){s[v]=1;n++;}}return n;}())';

async function benchModem(
  prompt: Prompt,
  runtime: Runtime,
  board: BoardData,
  smsTo: string | undefined,
  bench: Pick<DeviceBench, 'figures' | 'findings'>,
): Promise<void> {
  let echo: Echo | undefined;
  const dips = await measureDips(prompt, board, runtime, smsTo, async (modem) => {
    echo = await measureEcho(modem);
  });
  if (dips.wasBaud !== undefined)
    bench.figures.push({ name: 'modem speed', value: dips.wasBaud, unit: "baud; it was set to the board's (AT+IPR)" });
  if (echo) {
    bench.figures.push({ name: 'modem echo, lost', value: echo.lost, unit: `of ${echo.octets} octets` });
    if (echo.lost > 0)
      bench.findings.push(
        'the line to the modem loses octets: look at its wires and ground, take a build that does not',
      );
  }
  bench.figures.push(
    { name: 'modem supply, radio off', value: dips.restMv, unit: 'mV' },
    { name: 'modem supply, lowest on air', value: dips.lowestMv, unit: 'mV' },
    { name: 'modem: low voltage warnings', value: dips.warnings, unit: '' },
    { name: 'modem: restarts of its own', value: dips.restarts, unit: '' },
  );
  bench.findings.push(...judgeDips(dips));
}

async function benchPrompt(prompt: Prompt, figures: BenchFigure[]): Promise<void> {
  await startPacemaker(prompt);
  const interpreter = await probeInterpreter(prompt);
  figures.push({ name: 'variables free', value: interpreter.freeVariables, unit: `of ${interpreter.totalVariables}` });
  for (const [name, expression] of Object.entries(SPEEDS)) {
    const ms = Number(await prompt.eval(expression, { timeoutMs: 20_000 }));
    figures.push(ms < 0 ? { name, value: 'absent', unit: '' } : { name, value: Number(ms.toFixed(3)), unit: 'ms' });
  }
  figures.push({ name: 'hwRand: distinct of 64', value: Number(await prompt.eval(NOISE)), unit: '' });
  figures.push({
    name: 'hwRand: first since start',
    value: Number(await prompt.eval('E.hwRand()')),
    unit: '(the same at every start: no noise)',
  });
  const free = Number(await prompt.eval('require("Storage").getFree()').catch(() => NaN));
  figures.push({ name: 'Storage free', value: free, unit: 'bytes' });
  figures.push(...(await chipRows(prompt)));
  for (const row of await measureLoss(prompt))
    figures.push({ name: `line, bursts of ${row.lenBytes}`, value: row.whole, unit: `of ${row.sent} whole` });
}

/** Sends an SMS by HSM-Cold and looks at its modem before and after. */
async function benchSms(
  client: ConsoleClient,
  smsTo: string,
  askPin: () => Promise<string>,
  bench: Pick<DeviceBench, 'figures' | 'findings'>,
): Promise<void> {
  const look = async (): Promise<{ supplyMv: number; restarts: number }> => {
    const line = (await client.run('modem')).find((each) => each.startsWith('modem 0 ')) ?? '';
    const number = (name: string): number => Number(new RegExp(` ${name} (\\d+)`).exec(line)?.[1] ?? 0);
    return { supplyMv: number('supply-mv'), restarts: number('restarts') };
  };
  const before = await look();
  const pin = await askPin();
  const sent = await client
    .run(`sms ${smsTo}`, (question) => (question === 'PIN' ? pin : undefined))
    .then(
      () => 'sent',
      (error: { code?: string }) => error.code ?? 'failed',
    );
  const after = await look();
  bench.figures.push(
    { name: 'SMS', value: sent, unit: '' },
    { name: 'modem supply after it', value: after.supplyMv, unit: 'mV' },
    { name: 'modem: restarts of its own', value: after.restarts - before.restarts, unit: '' },
  );
  const restMv = before.supplyMv;
  bench.findings.push(
    ...judgeDips({
      restMv,
      lowestMv: after.supplyMv,
      warnings: 0,
      restarts: after.restarts - before.restarts,
      isRegistered: true,
      isSmsSent: sent === 'sent',
    }),
  );
}

async function benchConsole(
  port: OpenPort,
  bench: Pick<DeviceBench, 'figures' | 'findings'>,
  { smsTo, askPin }: BenchOptions,
): Promise<void> {
  const client = createConsoleClient({ port });
  const selftest = await client.run('selftest').then(
    () => 'passed',
    (error: { code?: string }) => error.code ?? 'failed',
  );
  bench.figures.push({ name: 'self-test', value: selftest, unit: '' });
  if (selftest !== 'passed')
    bench.findings.push(
      `the self-test fails (${selftest}): do not use the board; flash it anew and send this table in if it stays so`,
    );
  for (const line of await client.run('bench')) {
    const match = /^bench (\S+) ([\d.]+)$/.exec(line);
    if (match) bench.figures.push({ name: match[1], value: Number(match[2]), unit: 'ms' });
  }
  if (smsTo !== undefined && askPin) await benchSms(client, smsTo, askPin, bench);
}

function fromView(view: BoardView, figures: BenchFigure[]): void {
  const find = (pattern: RegExp): RegExpExecArray | undefined =>
    view.lines.map((line) => pattern.exec(line)).find(Boolean) ?? undefined;
  const memory = find(/^memory (\d+) of (\d+)/);
  if (memory) figures.push({ name: 'variables used', value: Number(memory[1]), unit: `of ${memory[2]}` });
  const modem = find(/^modem 0 state (\d) registered (\d) rssi (\d+) supply-mv (\d+)/);
  if (modem)
    figures.push(
      { name: 'modem supply', value: Number(modem[4]), unit: 'mV' },
      { name: 'modem signal', value: Number(modem[3]), unit: 'of 31' },
    );
  const noise = find(/^noise (\S+)/);
  if (noise) figures.push({ name: 'noise', value: noise[1], unit: '' });
}

/**
 * Measures what answers. Throws what finding a prompt throws, `no-modem`, `modem-silent`, and `no-bench` for an
 * HSM-Hot.
 */
export async function benchDevice(port: OpenPort, runtime: Runtime, options: BenchOptions = {}): Promise<DeviceBench> {
  const view = await viewBoard(port, runtime);
  const bench: DeviceBench = {
    board: view.board,
    interpreter: view.interpreter,
    figures: [],
    findings: [],
    ...(view.role ? { role: view.role } : {}),
    ...(view.commit ? { commit: view.commit } : {}),
  };
  if (view.kind === 'prompt') {
    const prompt = await findPrompt(port, runtime, port.baud ? { baud: port.baud } : {});
    await benchPrompt(prompt, bench.figures);
    const { rows, findings } = await trialRows(prompt, port, runtime, options);
    bench.figures.push(...rows);
    bench.findings.push(...findings);
    const again = await findPrompt(port, runtime, port.baud ? { baud: port.baud } : {});
    if (options.modemOf) await benchModem(again, runtime, options.modemOf, options.smsTo, bench);
  } else if (view.role === 'cold') {
    fromView(view, bench.figures);
    await benchConsole(port, bench, options);
  } else
    throw fail(
      'no-bench',
      'HSM-Hot has no benchmark of its own: take HSM-Cold, or give the board its prompt with "service" at its console',
    );
  return bench;
}

/** The table to send in. */
export function benchText(bench: DeviceBench): string {
  const head =
    `${bench.role ? `HSM-${bench.role === 'cold' ? 'Cold' : 'Hot'} on ` : ''}${bench.board}, Espruino ` +
    `${bench.interpreter}${bench.commit ? `, commit ${bench.commit}` : ''}`;
  return [
    head,
    ...bench.figures.map(({ name, value, unit }) => `  ${name.padEnd(28)} ${String(value).padStart(12)} ${unit}`),
    ...bench.findings.map((finding) => `  !! ${finding}`),
    '',
  ].join('\n');
}
