// The simulated SIM800: power, registration, command input with echo and prompt, incoming SMS, and every fault on
// request.
// Spec: SIM800 Series AT Command Manual 1.09; 3GPP TS 27.005 3.4 (prompt), 27.007. All waiting is the runtime's; all
// chance comes from the seed. Leaves the commands to general.ts, registration.ts and sms.ts, mangled output to
// output.ts.
import { PDU_REPORT, hexOfBytes } from '../../../protocol/sms/pdu';
import type { Timer } from '../../kit/runtime';
import { createChance } from '../gsm/chance';
import type { Attachment } from '../gsm/types';
import { ERROR, OK, parseLine, resultLine, type AtAnswer, type AtCommand } from './at';
import { GENERAL } from './general';
import { createOutput } from './output';
import { REGISTRATION, networkTimeUrc } from './registration';
import { SMS } from './sms';
import { freePlace, freshSettings, type AtTable, type Sim800Core } from './state';
import type { Sim800, Sim800Faults, Sim800Options } from './types';

const TABLE: AtTable = { ...GENERAL, ...REGISTRATION, ...SMS };
const CTRL_Z = 0x1a;
const ESC = 0x1b;
const MAX_LINE = 556;
const MAX_DATA = 1024;
/** Command lines that are remembered for tests. */
const MAX_SEEN = 20_000;
/** Supply below which the modem warns, and below which it cannot go on; time until it does. */
const LOW_MV = 3500;
const BROWN_OUT_MV = 3300;
const BROWN_OUT_MS = 150;
/** A modem that hangs restarts by itself after this time; before, when its power was off. */
const HANG_MS = 120_000;
/** From an outage's end to registration. */
const REGISTER_MS = 5000;
/** URCs that may come in the middle of a response. */
const STRAY_URCS = ['RING', '+CIEV: 10,"46000","CMCC","CMCC", 0, 0', '+CUSD: 2', 'UNDER-VOLTAGE WARNNING', '+CREG: 1'];

type NextFault = Parameters<Sim800['faultNext']>[1];

/** What a mood's meeting is as a fault; a hang is a state of its own. */
const FAULT_OF: { [met: string]: NextFault | undefined } = { mute: 'mute', restart: 'restart', ERROR: 'error' };

export function createSim800(options: Sim800Options): Sim800 {
  const { runtime, network, port, number } = options;
  const chance = createChance(options.seed, 'sim800');
  const boot = options.bootMs ?? { rdy: 800, call: 3000, sms: 4000 };
  const output = createOutput(runtime, port, chance, () => faults);
  const scripted: { prefix: string; fault: NextFault }[] = [];
  const seen: string[] = [];
  let faults: Sim800Faults = options.faults ?? {};
  let attachment: Attachment | undefined;
  let timers: Timer[] = [];
  let restMv = 4012;
  let airUntilMs = 0;
  let isOn = false;
  let isRegistered = false;
  let isBusy = false;
  let isHung = false;
  /** The command whose answer is on its way. */
  let answering: string | undefined;
  /** What the mood adds to the time of its first answer. */
  let delayMs = 0;
  let line = '';
  let lastLine = '';
  let collect: ((data: string) => AtAnswer) | undefined;
  let data = '';
  let backlog: number[] = [];
  /** `restart-after`: runs when the command has had its effect, instead of the answer. */
  let afterCommand: (() => void) | undefined;

  /** Like runtime.after, forgotten when the power goes. */
  function later(ms: number, fn: () => void): void {
    const timer = runtime.after(ms, () => {
      timers = timers.filter((other) => other !== timer);
      fn();
    });
    timers.push(timer);
  }

  const core: Sim800Core = {
    runtime,
    chance,
    network,
    imei: options.imei ?? '868120203456781',
    operator: options.operator ?? 'CHINA MOBILE',
    sim: {
      isPresent: options.simPresent ?? true,
      pin: options.pin,
      pinTriesLeft: 3,
      number,
      imsi: `46000${number.replace(/\D/g, '').slice(-10).padStart(10, '0')}`,
      ccid: '898600' + number.replace(/\D/g, '').slice(-14).padStart(14, '0'),
      smsc: '+8613800210500',
      store: [],
      capacity: options.capacity ?? 20,
    },
    settings: freshSettings(),
    rssi: 21,
    bootStage: 0,
    clockOffsetMs: undefined,
    supplyMv: () => restMv - (runtime.nowMs() < airUntilMs ? (faults.sagMv ?? 0) : 0),
    onAir(ms) {
      airUntilMs = runtime.nowMs() + ms;
      if (!faults.sagMv) return;
      const millivolts = core.supplyMv();
      if (millivolts < BROWN_OUT_MV) later(BROWN_OUT_MS, restart);
      else if (millivolts < LOW_MV) later(BROWN_OUT_MS, () => say('UNDER-VOLTAGE WARNNING'));
    },
    registration: () => (core.settings.cfun !== 1 ? 0 : isRegistered ? 1 : 2),
    restart,
    powerOff,
    memoryAvailable: () => attachment?.memoryAvailable(),
    pinEntered() {
      say('+CPIN: READY');
      later(boot.call, () => stage(2, 'Call Ready'));
      later(boot.sms, () => stage(3, 'SMS Ready'));
    },
    cltsChanged: () => later(5000, networkTime),
  };

  const mood = options.mood ?? {};
  const spoken = (text: string, command?: string): string[] => mood.says?.(text, command) ?? [text];
  const say = (text: string, command?: string): void =>
    spoken(text, command).forEach((one) => output.write(core.settings.verbose ? `\r\n${one}\r\n` : `${one}\r\n`));

  function networkTime(): void {
    if (!core.settings.clts || !isRegistered) return;
    core.clockOffsetMs = 0;
    say(networkTimeUrc(runtime.nowMs()));
  }

  function register(on: boolean): void {
    if (isRegistered === on) return;
    isRegistered = on;
    if (core.settings.creg > 0) say(`+CREG: ${on ? 1 : 2}`);
    if (on) {
      attachment = network.attach(number, receive);
      later(500, networkTime);
    } else attachment?.detach();
  }

  function stage(reached: number, text: string): void {
    core.bootStage = reached;
    say(text);
    if (reached === 2 && !network.isOutage(number)) register(true);
  }

  function powerOn(): void {
    if (isOn) return;
    isOn = true;
    core.bootStage = 0;
    core.settings = freshSettings();
    core.clockOffsetMs = undefined;
    later(boot.rdy, () => {
      stage(1, 'RDY');
      say('+CFUN: 1');
      const isLocked = core.sim.pin !== undefined && core.sim.isPresent;
      say(`+CPIN: ${!core.sim.isPresent ? 'NOT INSERTED' : isLocked ? 'SIM PIN' : 'READY'}`);
      if (!core.sim.isPresent || isLocked) return;
      later(boot.call - boot.rdy, () => stage(2, 'Call Ready'));
      later(boot.sms - boot.rdy, () => stage(3, 'SMS Ready'));
    });
  }

  function powerOff(): void {
    isOn = false;
    isRegistered = false;
    isBusy = isHung = false;
    core.bootStage = 0;
    line = data = '';
    backlog = [];
    collect = undefined;
    attachment?.detach();
    timers.forEach((timer) => timer.cancel());
    timers = [];
    output.cut();
  }

  function restart(): void {
    powerOff();
    powerOn();
  }

  /** An SMS from the network: false = no room. */
  function receive(pdu: Uint8Array): boolean {
    const { cnmi, cmgf } = core.settings;
    if (core.bootStage < 3) return false;
    if ((pdu[1 + pdu[0]] & 3) === PDU_REPORT) return true;
    if (cnmi[1] === 2 && cmgf === 0) {
      say(`+CMT: ,${pdu.length - 1 - pdu[0]}\r\n${hexOfBytes(pdu)}`);
      return true;
    }
    const place = freePlace(core.sim);
    if (place === 0) return false;
    core.sim.store[place] = { state: 0, pdu };
    const isSilent = chance.happens(faults.silentSms);
    if (cnmi[1] !== 0 && !isSilent) say(`+CMTI: "SM",${place}`);
    return true;
  }

  function takeScripted(commandLine: string): NextFault | undefined {
    const at = scripted.findIndex(({ prefix }) => commandLine.toUpperCase().startsWith(prefix.toUpperCase()));
    return at < 0 ? undefined : scripted.splice(at, 1)[0].fault;
  }

  /** Gives an answer's lines and its end, then goes on with what has come in meanwhile. */
  function finish(answer: AtAnswer, next: () => void): void {
    const isInterrupted = chance.happens(faults.urc);
    const stray = STRAY_URCS[chance.between(0, STRAY_URCS.length - 1)];
    const urcAt = chance.between(0, answer.lines?.length ?? 0);
    if (afterCommand && !answer.prompt) {
      const now = afterCommand;
      afterCommand = undefined;
      return later(100, now);
    }
    const waitMs = (answer.afterMs ?? chance.between(5, 30)) + delayMs;
    delayMs = 0;
    later(waitMs, () => {
      answer.lines?.forEach((text, i) => {
        if (isInterrupted && i === urcAt) say(stray);
        for (const one of spoken(text, answering))
          output.write(i > 0 && !one.startsWith('+') ? `${one}\r\n` : `\r\n${one}\r\n`);
      });
      if (isInterrupted && urcAt === (answer.lines?.length ?? 0)) say(stray);
      if (answer.prompt) {
        collect = answer.prompt;
        data = '';
        output.write('\r\n> ');
        isBusy = false;
        drain();
      } else next();
    });
  }

  function end(answer: AtAnswer): void {
    if (answer.result !== 'NONE') {
      const text = resultLine(answer.result, core.settings.cmee);
      if (core.settings.verbose) say(text, answering);
      else output.write(answer.result === 'OK' ? '0\r' : answer.result === 'ERROR' ? '4\r' : `${text}\r\n`);
    }
    isBusy = false;
    drain();
  }

  function run(commands: AtCommand[], at: number): void {
    const command = commands[at];
    if (!command) return end(OK);
    const answer = (TABLE[command.name] ?? (() => ERROR))(core, command);
    finish(answer, () => (answer.result === 'OK' && at + 1 < commands.length ? run(commands, at + 1) : end(answer)));
  }

  function execute(commandLine: string): void {
    const commands = parseLine(commandLine);
    if (commands === null) return;
    seen.push(commandLine);
    if (seen.length > MAX_SEEN) seen.splice(0, MAX_SEEN / 2);
    isBusy = true;
    answering = commandLine;
    delayMs = mood.delayMs ?? 0;
    const met = mood.meets?.(commandLine);
    const fault = takeScripted(commandLine) ?? (typeof met === 'string' ? FAULT_OF[met] : met);
    if (met === 'hang') {
      isHung = true;
      return later(HANG_MS, restart);
    }
    const isMute = chance.happens(faults.mute);
    const isError = chance.happens(faults.error);
    const isRestart = chance.happens(faults.restart);
    if (chance.happens(faults.underVoltage)) say('UNDER-VOLTAGE WARNNING');
    if (fault === 'restart' || isRestart) return later(5, restart);
    if (fault === 'mute' || isMute) return later(50, () => void (isBusy = false));
    if (typeof fault === 'object') return finish({ result: fault }, () => end({ result: fault }));
    if (fault === 'restart-after') afterCommand = restart;
    if (fault === 'error' || isError)
      return finish(ERROR, () =>
        end(chance.happens(0.5) ? ERROR : { result: commandLine.includes('+CM') ? { cms: 500 } : { cme: 100 } }),
      );
    if (commands === 'bad') return finish(ERROR, () => end(ERROR));
    if (commands.length === 0) return finish(OK, () => end(OK));
    run(commands, 0);
  }

  function typed(octet: number): void {
    const isEscape = octet === ESC;
    if (octet !== CTRL_Z && !isEscape) {
      if (core.settings.echo) output.write(String.fromCharCode(octet));
      if (data.length < MAX_DATA) data += String.fromCharCode(octet);
      return;
    }
    const use = collect!;
    collect = undefined;
    isBusy = true;
    if (isEscape) return finish(OK, () => end(OK));
    const answer = use(data);
    finish(answer, () => end(answer));
  }

  function character(octet: number): void {
    if (core.settings.echo || mood.isEchoing) output.write(String.fromCharCode(octet));
    if (octet === 8) line = line.slice(0, -1);
    else if (octet === 13) {
      const commandLine = /^a\/$/i.test(line) ? lastLine : line.replace(/^[^]*?(?=at)/i, '');
      line = '';
      if (commandLine === '') return;
      lastLine = commandLine;
      execute(commandLine);
    } else if (octet >= 32 && line.length < MAX_LINE) line += String.fromCharCode(octet);
  }

  function drain(): void {
    while (!isBusy && backlog.length > 0) {
      const octet = backlog.shift()!;
      if (collect) typed(octet);
      else character(octet);
    }
  }

  port.onData((bytes) => {
    if (!isOn || isHung || core.bootStage < 1) return;
    backlog.push(...bytes);
    if (backlog.length > 4096) backlog = [];
    drain();
  });
  network.onOutage((who, on) => {
    if (who !== number || !isOn || core.bootStage < 2) return;
    if (on) register(false);
    else later(REGISTER_MS, () => register(!network.isOutage(number)));
  });
  if (options.poweredOn ?? true) powerOn();

  return {
    number,
    powerOn,
    powerOff,
    restart,
    setFaults: (changed) => void (faults = changed),
    faultNext: (prefix, fault) => void scripted.push({ prefix, fault }),
    urc: say,
    setSignal: (rssi) => void (core.rssi = rssi),
    setSupplyMv(millivolts) {
      restMv = millivolts;
      if (isOn && millivolts < BROWN_OUT_MV) {
        say('UNDER-VOLTAGE POWER DOWN');
        runtime.after(50, powerOff);
      } else if (isOn && millivolts < LOW_MV) say('UNDER-VOLTAGE WARNNING');
    },
    setSimPresent(present) {
      core.sim.isPresent = present;
      if (!present) register(false);
      if (isOn) say(present ? '+CPIN: READY' : '+CPIN: NOT INSERTED');
      if (present && isOn) later(REGISTER_MS, () => register(!network.isOutage(number)));
    },
    ring: (from) => say(`RING\r\n\r\n+CLIP: "${from}",145,"",0,"",0`),
    stored: () => core.sim.store.filter(Boolean).length,
    commands: () => [...seen],
    close() {
      powerOff();
      port.close();
    },
  };
}
