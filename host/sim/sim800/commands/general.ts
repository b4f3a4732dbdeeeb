// Commands of the simulated SIM800 that say what it is and set how it talks. Spec: ITU-T V.250, 3GPP TS 27.007 5 and 8,
// SIM800 Series AT Command Manual 1.09. Leaves network and SMS to registration.ts and sms.ts.
import { ERROR, OK, type AtAnswer, type AtCommand } from '../at';
import type { AtHandler, AtTable, Sim800Core } from '../state';
import { freshSettings } from '../state';

/** A number setting: read, test and set of one value between `min` and `max`. */
export function numberSetting(
  name: string,
  min: number,
  max: number,
  get: (core: Sim800Core) => number,
  set: (core: Sim800Core, value: number) => void,
): AtHandler {
  return (core, { kind, args }) => {
    if (kind === 'test') return { lines: [`${name}: (${min}-${max})`], result: 'OK' };
    if (kind === 'read') return { lines: [`${name}: ${get(core)}`], result: 'OK' };
    if (kind === 'exec') return ERROR;
    const value = Number(args[0]);
    if (args.length !== 1 || !Number.isInteger(value) || value < min || value > max) return { result: { cme: 50 } };
    set(core, value);
    return OK;
  };
}

const says =
  (line: (core: Sim800Core) => string): AtHandler =>
  (core, { kind }) =>
    kind === 'exec' ? { lines: [line(core)], result: 'OK' } : kind === 'test' ? OK : ERROR;
const accepts: AtHandler = () => OK;

/** Time on air for registering anew. */
const ATTACH_MS = 4000;
const SIM_TEXT = { ready: '+CPIN: READY', pin: '+CPIN: SIM PIN', puk: '+CPIN: SIM PUK' };

function pin(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  const { sim, settings } = core;
  if (kind === 'test') return OK;
  if (!sim.isPresent) return { result: { cme: 10 } };
  const isAsked = sim.pin !== undefined && !settings.isPinEntered;
  if (kind === 'read')
    return { lines: [!isAsked ? SIM_TEXT.ready : sim.pinTriesLeft > 0 ? SIM_TEXT.pin : SIM_TEXT.puk], result: 'OK' };
  if (kind !== 'set') return ERROR;
  if (!isAsked) return { result: { cme: 3 } };
  if (sim.pinTriesLeft === 0) return { result: { cme: 12 } };
  if (args[0] !== sim.pin) {
    sim.pinTriesLeft--;
    return { result: { cme: 16 }, afterMs: 300 };
  }
  sim.pinTriesLeft = 3;
  settings.isPinEntered = true;
  core.pinEntered();
  return { result: 'OK', afterMs: 300 };
}

function fun(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test') return { lines: ['+CFUN: (0,1,4),(0,1)'], result: 'OK' };
  if (kind === 'read') return { lines: [`+CFUN: ${core.settings.cfun}`], result: 'OK' };
  if (kind !== 'set' || !/^[014]$/.test(args[0] ?? '')) return ERROR;
  if (args[0] === '1' && core.settings.cfun !== 1) core.onAir(ATTACH_MS);
  core.settings.cfun = Number(args[0]);
  if (args[1] === '1') core.runtime.after(50, () => core.restart());
  return { result: 'OK', afterMs: 400 };
}

function simSays(line: (core: Sim800Core) => string): AtHandler {
  return (core, { kind }) => {
    if (kind === 'test') return OK;
    if (!core.sim.isPresent) return { result: { cme: 10 } };
    if (core.sim.pin !== undefined && !core.settings.isPinEntered) return { result: { cme: 11 } };
    return { lines: [line(core)], result: 'OK' };
  };
}

const CHARACTER_SETS = ['IRA', 'GSM', 'UCS2', 'HEX', 'PCCP437', '8859-1'];

function characterSet(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test')
    return { lines: [`+CSCS: (${CHARACTER_SETS.map((name) => `"${name}"`).join(',')})`], result: 'OK' };
  if (kind === 'read') return { lines: [`+CSCS: "${core.settings.cscs}"`], result: 'OK' };
  const name = (args[0] ?? '').toUpperCase();
  if (kind !== 'set' || !CHARACTER_SETS.includes(name)) return { result: { cme: 50 } };
  core.settings.cscs = name;
  return OK;
}

function flow(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test') return { lines: ['+IFC: (0-2),(0-2)'], result: 'OK' };
  if (kind === 'read') return { lines: [`+IFC: ${core.settings.ifc}`], result: 'OK' };
  core.settings.ifc = `${args[0] ?? 0},${args[1] ?? 0}`;
  return OK;
}

/** A command of a modem with LTE; an error at others. */
export function onLte(handler: AtHandler): AtHandler {
  return (core, command) => (core.kind.hasLte ? handler(core, command) : ERROR);
}

/** A command of a SIM800; an error at others. */
export function onSim800(handler: AtHandler): AtHandler {
  return (core, command) => (core.kind.hasLte ? ERROR : handler(core, command));
}

function powerDown(core: Sim800Core, { kind }: AtCommand): AtAnswer {
  if (kind !== 'set') return ERROR;
  core.runtime.after(300, () => core.powerOff());
  return { lines: ['NORMAL POWER DOWN'], result: 'NONE', afterMs: 200 };
}

function switchOff(core: Sim800Core, { kind }: AtCommand): AtAnswer {
  if (kind !== 'exec') return ERROR;
  core.runtime.after(300, () => core.powerOff());
  return OK;
}

function reset(core: Sim800Core, { kind }: AtCommand): AtAnswer {
  if (kind !== 'exec') return ERROR;
  core.runtime.after(300, () => core.restart());
  return OK;
}

const manufacturer = says((core) => core.kind.manufacturer);
const model = says((core) => core.kind.model);
const revision = says((core) => core.kind.revision);
const serial = says((core) => core.imei);

export const GENERAL: AtTable = {
  E: (core, { args }) => {
    core.settings.echo = args[0] !== '0' && args[0] !== undefined;
    return OK;
  },
  V: (core, { args }) => {
    core.settings.verbose = args[0] !== '0' && args[0] !== undefined;
    return OK;
  },
  Z: (core) => {
    Object.assign(core.settings, freshSettings(), {
      isPinEntered: core.settings.isPinEntered,
      cfun: core.settings.cfun,
      clts: core.settings.clts,
    });
    return OK;
  },
  '&F': (core, command) => GENERAL['Z'](core, command),
  '&W': accepts,
  '&C': accepts,
  '&D': accepts,
  '&K': accepts,
  Q: accepts,
  X: accepts,
  S: accepts,
  H: accepts,
  I: (core) => ({ lines: core.kind.identity, result: 'OK' }),
  D: () => ({ lines: ['NO CARRIER'], result: 'NONE', afterMs: 500 }),
  '+CGMI': manufacturer,
  '+GMI': manufacturer,
  '+CGMM': model,
  '+GMM': model,
  '+CGMR': revision,
  '+GMR': revision,
  '+CGSN': serial,
  '+GSN': serial,
  '+GCAP': says(() => '+GCAP: +CGSM'),
  '+CIMI': simSays((core) => core.sim.imsi),
  '+CCID': simSays((core) => core.sim.ccid),
  '+ICCID': simSays((core) => `+ICCID: ${core.sim.ccid}`),
  '+CNUM': simSays((core) => `+CNUM: "","${core.sim.number}",145,7,4`),
  '+CPIN': pin,
  '+CFUN': fun,
  '+CPOWD': onSim800(powerDown),
  '+CPOF': onLte(switchOff),
  '+CRESET': onLte(reset),
  '+CSCS': characterSet,
  '+IFC': flow,
  '+CMEE': numberSetting(
    '+CMEE',
    0,
    2,
    (core) => core.settings.cmee,
    (core, value) => void (core.settings.cmee = value),
  ),
  '+IPR': numberSetting(
    '+IPR',
    0,
    460800,
    (core) => core.settings.ipr,
    (core, value) => void (core.settings.ipr = value),
  ),
  '+CSCLK': numberSetting(
    '+CSCLK',
    0,
    2,
    (core) => core.settings.csclk,
    (core, value) => void (core.settings.csclk = value),
  ),
  '+CPAS': (_core, { kind }) => (kind === 'exec' ? { lines: ['+CPAS: 0'], result: 'OK' } : OK),
  '+CLIP': accepts,
  '+CRC': accepts,
  '+ICF': accepts,
  '+CSSN': accepts,
  '+CUSD': accepts,
  '+CIURC': accepts,
};
