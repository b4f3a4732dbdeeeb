// SMS commands of the simulated SIM800, PDU and text mode. Spec: 3GPP TS 27.005 3 and 4, error codes 3.2.5.
// Leaves text mode's character sets to sms-text.ts and arrival of messages to modem.ts.
import { MAX_PDU_BYTES, bytesOfHex, decodePdu, hexOfBytes } from '../../../../protocol/sms/pdu';
import { encodeText } from '../../../../protocol/sms/pdu-parts';
import { encodeServiceCentre } from '../../../../protocol/sms/pdu-network';
import { CMS_BAD_PDU, CMS_NO_NETWORK } from '../../gsm/network';
import { ERROR, OK, type AtAnswer, type AtCommand } from '../at';
import { numberSetting } from './general';
import { showStored, stateOf, textOfSet, typedText } from './sms-text';
import {
  freePlace,
  placeOf,
  shownPlace,
  simError,
  usedPlaces,
  type AtHandler,
  type AtTable,
  type Sim800Core,
  type StoredSms,
} from '../state';

const CMS_NOT_ALLOWED = 302;
const CMS_BAD_TEXT = 305;
const CMS_INDEX = 321;
const CMS_FULL = 322;
const CMS_NO_SMSC = 330;
const REC_UNREAD = 0;
const REC_READ = 1;
const STO_UNSENT = 2;
const STO_SENT = 3;
const TEXT_STATES = ['REC UNREAD', 'REC READ', 'STO UNSENT', 'STO SENT', 'ALL'];

/** Runs `handler` only when the SIM may be used. */
function withSim(handler: AtHandler): AtHandler {
  return (core, command) => {
    const problem = command.kind === 'test' ? null : simError(core);
    return problem ? { result: problem } : handler(core, command);
  };
}

/** Sends a PDU (service centre address first) now; the answer comes when the network would have taken it. */
function transmit(core: Sim800Core, pdu: Uint8Array, name: string): AtAnswer {
  if (core.registration() !== 1) return { result: { cms: CMS_NO_NETWORK }, afterMs: 200 };
  if (!core.sim.smsc && pdu[0] === 0) return { result: { cms: CMS_NO_SMSC }, afterMs: 100 };
  const afterMs = core.chance.between(1500, 4000);
  core.onAir(afterMs);
  const answer = core.network.submit(core.sim.number, pdu);
  return answer.ok
    ? { lines: [`${name}: ${answer.reference}`], result: 'OK', afterMs }
    : { result: { cms: answer.cms }, afterMs };
}

/** PDU typed after the prompt; null when it is not one of `length` octets beside the service centre address. */
function typedPdu(data: string, length: number): Uint8Array | null {
  const hex = data.replace(/[\r\n]/g, '');
  if (hex.length > 2 * MAX_PDU_BYTES) return null;
  try {
    const bytes = bytesOfHex(hex);
    if (bytes.length !== length + 1 + bytes[0]) return null;
    decodePdu(bytes, true);
    return bytes;
  } catch {
    return null;
  }
}

/** The PDUs of a text typed for `address`; null when it cannot be written. */
function typedTextPdus(core: Sim800Core, address: string, data: string): Uint8Array[] | null {
  const number = textOfSet(
    address,
    core.settings.cscs === 'UCS2' && /^([0-9A-F]{4})+$/i.test(address) ? 'UCS2' : 'IRA',
  );
  const text = typedText(data, core.settings.cscs);
  if (!number || text === null) return null;
  try {
    const tpdus = encodeText(number, text, core.chance.between(0, 255), core.settings.csmp[1] ?? 167);
    return tpdus.map((tpdu) => Uint8Array.from([0, ...tpdu]));
  } catch {
    return null;
  }
}

/** What +CMGS and +CMGW have in common: parameters, prompt, data; `use` gets the PDUs. */
function composing(use: (core: Sim800Core, pdus: Uint8Array[]) => AtAnswer): AtHandler {
  return (core, { kind, args }) => {
    if (kind === 'test') return OK;
    const isText = core.settings.cmgf === 1;
    const length = Number(args[0]);
    if (kind !== 'set' || (isText ? !args[0] : !Number.isInteger(length) || length < 1 || length > 164))
      return { result: { cms: isText ? CMS_BAD_TEXT : CMS_BAD_PDU } };
    return {
      result: 'NONE',
      afterMs: core.chance.between(10, 80),
      prompt(data) {
        const pdu = isText ? null : typedPdu(data, length);
        const pdus = isText ? typedTextPdus(core, args[0]!, data) : pdu && [pdu];
        return pdus ? use(core, pdus) : { result: { cms: isText ? CMS_BAD_TEXT : CMS_BAD_PDU }, afterMs: 30 };
      },
    };
  };
}

const send = composing((core, pdus) =>
  pdus
    .map((pdu) => transmit(core, pdu, '+CMGS'))
    .reduce((before, answer) => (before.result === 'OK' ? answer : before)),
);

const write = composing((core, [pdu]) => {
  const place = freePlace(core.sim);
  if (place === 0) return { result: { cms: CMS_FULL } };
  core.sim.store[place] = { state: STO_UNSENT, pdu: pdu };
  return { lines: [`+CMGW: ${shownPlace(core, place)}`], result: 'OK', afterMs: 150 };
});

function sendStored(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind !== 'set') return kind === 'test' ? OK : ERROR;
  const sms = core.sim.store[placeOf(core, args[0])];
  if (!sms || sms.state < STO_UNSENT) return { result: { cms: CMS_INDEX } };
  const answer = transmit(core, sms.pdu, '+CMSS');
  if (answer.result === 'OK') sms.state = STO_SENT;
  return answer;
}

function linesOf(core: Sim800Core, head: string, sms: StoredSms): string[] | null {
  if (core.settings.cmgf === 0) {
    const length = sms.pdu.length - 1 - sms.pdu[0];
    return [`${head}${sms.state},"",${length}`, hexOfBytes(sms.pdu)];
  }
  const shown = showStored(sms, core.settings.cscs);
  if (!shown) return null;
  const time = shown.time === '' ? '' : `,"${shown.time}"`;
  return [`${head}"${stateOf(sms)}","${shown.address}",""${time}`, shown.body];
}

function read(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind !== 'set') return kind === 'test' ? OK : ERROR;
  const place = placeOf(core, args[0]);
  if (!Number.isInteger(place) || place < 1 || place > core.sim.capacity) return { result: { cms: CMS_INDEX } };
  const sms = core.sim.store[place];
  if (!sms) return { result: 'OK', afterMs: 20 };
  const lines = linesOf(core, '+CMGR: ', sms);
  if (!lines) return { result: { cms: 500 } };
  if (sms.state === REC_UNREAD && args[1] !== '1') sms.state = REC_READ;
  return { lines, result: 'OK', afterMs: core.chance.between(20, 60) };
}

function list(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  const isText = core.settings.cmgf === 1;
  if (kind === 'test')
    return {
      lines: [isText ? `+CMGL: (${TEXT_STATES.map((name) => `"${name}"`).join(',')})` : '+CMGL: (0-4)'],
      result: 'OK',
    };
  const wanted = args[0] === undefined ? REC_UNREAD : isText ? TEXT_STATES.indexOf(args[0]) : Number(args[0]);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 4)
    return { result: { cms: isText ? CMS_BAD_TEXT : CMS_NOT_ALLOWED } };
  const lines: string[] = [];
  core.sim.store.forEach((sms, place) => {
    if (!sms || (wanted !== 4 && sms.state !== wanted)) return;
    lines.push(...(linesOf(core, `+CMGL: ${shownPlace(core, place)},`, sms) ?? []));
    if (sms.state === REC_UNREAD && args[1] !== '1') sms.state = REC_READ;
  });
  return { lines, result: 'OK', afterMs: core.chance.between(30, 120) };
}

/** Which states +CMGD=x,flag takes away (27.005 3.5.4). */
const DELETE_STATES: { [flag: string]: number[] } = {
  1: [REC_READ],
  2: [REC_READ, STO_SENT],
  3: [REC_READ, STO_SENT, STO_UNSENT],
  4: [0, 1, 2, 3],
};

function remove(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  const { sim } = core;
  if (kind === 'test')
    return {
      lines: [
        `+CMGD: (${[...sim.store.keys()]
          .filter((place) => sim.store[place])
          .map((place) => shownPlace(core, place))
          .join(',')}),(0-4)`,
      ],
      result: 'OK',
    };
  const place = placeOf(core, args[0]);
  const states = DELETE_STATES[args[1] ?? '0'];
  if (kind !== 'set' || !Number.isInteger(place)) return { result: { cms: CMS_NOT_ALLOWED } };
  const before = usedPlaces(sim);
  if (states) sim.store.forEach((sms, i) => void (sms && states.includes(sms.state) && (sim.store[i] = undefined)));
  else if (place < 1 || place > sim.capacity) return { result: { cms: CMS_INDEX } };
  else sim.store[place] = undefined;
  if (before === sim.capacity) core.memoryAvailable();
  return { result: 'OK', afterMs: core.chance.between(30, 120) };
}

function memories(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  const use = `${usedPlaces(core.sim)},${core.sim.capacity}`;
  const { name: store } = core.kind.store;
  if (kind === 'test') return { lines: [`+CPMS: ${core.kind.stores}`], result: 'OK' };
  if (kind === 'read') return { lines: [`+CPMS: "${store}",${use},"${store}",${use},"${store}",${use}`], result: 'OK' };
  if (kind !== 'set' || args.some((name) => name !== store)) return { result: { cms: CMS_NOT_ALLOWED } };
  return { lines: [`+CPMS: ${use},${use},${use}`], result: 'OK', afterMs: core.chance.between(30, 120) };
}

function indications(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test') return { lines: [`+CNMI: (0-3),(0-3),(0,2),(0-${core.kind.maxDs}),(0,1)`], result: 'OK' };
  if (kind === 'read') return { lines: [`+CNMI: ${core.settings.cnmi.join(',')}`], result: 'OK' };
  const values = [0, 1, 2, 3, 4].map((i) => (args[i] === undefined ? core.settings.cnmi[i] : Number(args[i])));
  if (kind !== 'set' || args.length > 5 || values.some((value) => !Number.isInteger(value) || value < 0 || value > 3))
    return { result: { cms: CMS_NOT_ALLOWED } };
  if (values[3] > core.kind.maxDs) return { result: { cms: CMS_NOT_ALLOWED } };
  core.settings.cnmi = values;
  return OK;
}

function textParameters(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test') return OK;
  if (kind === 'read') return { lines: [`+CSMP: ${core.settings.csmp.join(',')}`], result: 'OK' };
  core.settings.csmp = core.settings.csmp.map((value, i) => (args[i] === undefined ? value : Number(args[i]) & 255));
  return OK;
}

function serviceCentre(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test') return OK;
  if (kind === 'read') return { lines: [`+CSCA: "${core.sim.smsc}",145`], result: 'OK' };
  try {
    encodeServiceCentre(args[0] ?? '');
  } catch {
    return { result: { cms: CMS_BAD_TEXT } };
  }
  core.sim.smsc = args[0] ?? '';
  return { result: 'OK', afterMs: 60 };
}

function service(core: Sim800Core, { kind, args }: AtCommand): AtAnswer {
  if (kind === 'test') return { lines: ['+CSMS: (0,1)'], result: 'OK' };
  if (kind === 'read') return { lines: [`+CSMS: ${core.settings.csms},1,1,1`], result: 'OK' };
  if (!/^[01]$/.test(args[0] ?? '')) return { result: { cms: CMS_NOT_ALLOWED } };
  core.settings.csms = Number(args[0]);
  return { lines: ['+CSMS: 1,1,1'], result: 'OK' };
}

const mode = numberSetting(
  '+CMGF',
  0,
  1,
  (core) => core.settings.cmgf,
  (core, value) => void (core.settings.cmgf = value),
);

export const SMS: AtTable = {
  '+CMGF': withSim(mode),
  '+CMGS': withSim(send),
  '+CMGW': withSim(write),
  '+CMSS': withSim(sendStored),
  '+CMGR': withSim(read),
  '+CMGL': withSim(list),
  '+CMGD': withSim(remove),
  '+CPMS': withSim(memories),
  '+CNMI': withSim(indications),
  '+CSMP': withSim(textParameters),
  '+CSCA': withSim(serviceCentre),
  '+CSMS': service,
  '+CNMA': () => OK,
  '+CSDH': numberSetting(
    '+CSDH',
    0,
    1,
    (core) => core.settings.csdh,
    (core, value) => void (core.settings.csdh = value),
  ),
};
