// Commands of the simulated SIM800 about the network: registration, signal, operator, supply, clock.
// Spec: 3GPP TS 27.007 7.2, 7.3, 8.4, 8.5, 8.15; SIM800 manual for +CLTS. Leaves SMS to sms.ts.
import { DAY_MS } from '../../../../protocol/time';
import { ERROR, OK, type AtAnswer, type AtCommand } from '../at';
import { numberSetting, onLte, onSim800 } from './general';
import type { AtHandler, AtTable, Sim800Core } from '../state';

/** Quarter hours east of UTC that the simulated network tells. */
const ZONE_QUARTERS = 32;
/** Location area and cell, told under +CREG=2. */
const CELL = '"2538","5B1F"';

function registration(
  name: string,
  key: 'creg' | 'cgreg' | 'cereg',
): (core: Sim800Core, command: AtCommand) => AtAnswer {
  return (core, { kind, args }) => {
    if (kind === 'test') return { lines: [`${name}: (0-2)`], result: 'OK' };
    if (kind === 'read') {
      const isOn = core.registration() === 1;
      const place = core.settings[key] === 2 && isOn ? `,${CELL}` : '';
      const stat = isOn ? core.registeredAs[key] : core.registration();
      return { lines: [`${name}: ${core.settings[key]},${stat}${place}`], result: 'OK' };
    }
    if (kind !== 'set' || !/^[012]$/.test(args[0] ?? '')) return { result: { cme: 50 } };
    core.settings[key] = Number(args[0]);
    return OK;
  };
}

function operator(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test')
    return { lines: [`+COPS: (2,"${core.operator}","","46000"),,(0-4),(0-2)`], result: 'OK', afterMs: 4000 };
  if (kind === 'read')
    return {
      lines: [
        core.registration() === 1
          ? `+COPS: ${core.settings.cops},0,"${core.operator}"${core.kind.hasLte ? ',7' : ''}`
          : `+COPS: ${core.settings.cops}`,
      ],
      result: 'OK',
    };
  if (kind !== 'set') return ERROR;
  if (!/^[0-4]$/.test(args[0] ?? '')) return { result: { cme: 50 } };
  return { result: 'OK', afterMs: 300 };
}

function signal(core: Sim800Core, { kind }: AtCommand): AtAnswer {
  if (kind === 'test') return { lines: ['+CSQ: (0-31,99),(0-7,99)'], result: 'OK' };
  return { lines: [`+CSQ: ${core.registration() === 1 ? core.rssi : 99},0`], result: 'OK' };
}

function supply(core: Sim800Core, { kind }: AtCommand): AtAnswer {
  if (kind === 'test') return { lines: ['+CBC: (0-2),(1-100),(voltage)'], result: 'OK' };
  const millivolts = core.supplyMv();
  const percent = Math.max(1, Math.min(100, Math.round((millivolts - 3400) / 8)));
  return { lines: [`+CBC: ${core.kind.supply(millivolts, percent)}`], result: 'OK' };
}

/** `yy/MM/dd,hh:mm:ss+zz` of the modem's clock; from the first of the kind's year on when nobody set it. */
function clockText(core: Sim800Core): string {
  const zoneMs = ZONE_QUARTERS * 900_000;
  const ms =
    core.clockOffsetMs === undefined
      ? Date.UTC(core.kind.clockYear, 0, 1) + (core.runtime.nowMs() % DAY_MS)
      : core.runtime.nowMs() + core.clockOffsetMs + zoneMs;
  const iso = new Date(ms).toISOString();
  return `${iso.slice(2, 10).replace(/-/g, '/')},${iso.slice(11, 19)}+${ZONE_QUARTERS}`;
}

/** The URC that network time comes with: of +CLTS=1, of +CTZR=1; undefined where none is wanted. */
export function networkTimeUrc(core: Sim800Core): string | undefined {
  if (core.kind.hasLte) return core.settings.ctzr ? `+CTZV: "+${ZONE_QUARTERS}"` : undefined;
  const nowMs = core.runtime.nowMs();
  const at = new Date(nowMs);
  const fields = [
    at.getUTCFullYear(),
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  ];
  return `*PSUTTZ: ${fields.join(',')},"+${ZONE_QUARTERS}",0`;
}

function clock(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test') return OK;
  if (kind === 'read') return { lines: [`+CCLK: "${clockText(core)}"`], result: 'OK' };
  const match = /^(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d\d)$/.exec(args.join(','));
  if (kind !== 'set' || !match) return { result: { cme: 3 } };
  const [year, month, day, hour, minute, second, zone] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  core.clockOffsetMs =
    Date.UTC(2000 + year, month - 1, day, hour, minute, second) - zone * 900_000 - core.runtime.nowMs();
  return OK;
}

/** A setting after which the network's time is asked for. */
function timeSetting(name: string, key: 'clts' | 'ctzu' | 'ctzr'): AtHandler {
  return numberSetting(
    name,
    0,
    1,
    (core) => core.settings[key],
    (core, value) => {
      core.settings[key] = value;
      core.timeAsked();
    },
  );
}

export const REGISTRATION: AtTable = {
  '+CREG': registration('+CREG', 'creg'),
  '+CGREG': registration('+CGREG', 'cgreg'),
  '+CEREG': onLte(registration('+CEREG', 'cereg')),
  '+COPS': operator,
  '+CSQ': signal,
  '+CBC': supply,
  '+CCLK': clock,
  '+CGATT': (core, { kind }) =>
    kind === 'read' ? { lines: [`+CGATT: ${core.registration() === 1 ? 1 : 0}`], result: 'OK' } : OK,
  '+CLTS': onSim800(timeSetting('+CLTS', 'clts')),
  '+CTZU': onLte(timeSetting('+CTZU', 'ctzu')),
  '+CTZR': onLte(timeSetting('+CTZR', 'ctzr')),
};
