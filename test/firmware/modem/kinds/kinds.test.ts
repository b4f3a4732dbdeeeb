// firmware/modem/kinds: which kind a modem is, which commands it is given, and what modems after GSM answer otherwise.
// Titles name the source: public reports, the kinds' manuals, 3GPP TS 27.005 and 27.007.
import { expect } from 'chai';
import { modemRadio } from '../../../../firmware/modem/modem';
import { RADIO_GSM, RADIO_LTE, RADIO_UMTS, RADIO_UNKNOWN } from '../../../../protocol/wire';
import {
  KIND_A7670,
  KIND_GENERIC,
  KIND_SIM7600,
  KIND_SIM800,
  POLL_FULL,
  STEP_COUNT,
  STEP_IDENTITY,
  STEP_MODE,
  STEP_MODEL,
  STEP_NOTICES,
  STEP_PIN,
  STEP_POLL,
  STEP_STORE,
  STEP_STORES,
  commandOf,
  isReadyLine,
  kindIn,
} from '../../../../firmware/modem/kinds/kinds';
import { N_NO_SMS } from '../../../../firmware/modem/state';
import { holds } from '../../../../firmware/modem/lines';
import { startScripted, type Script, type Scripted } from '../scripted';

const MINUTE = 60_000;
const A7670: NonNullable<Script['answers']> = {
  'AT+CGMM': ['A7670E-FASE', 'OK'],
  'AT+CLTS=1': ['ERROR'],
  'AT+CBC': ['+CBC: 3.900V', 'OK'],
  'AT+CEREG?': ['+CEREG: 0,1', 'OK'],
  'AT+CPMS=?': ['+CPMS: ("ME","MT","SM"),("ME","MT","SM"),("ME")', 'OK'],
  'AT+CNMI=?': ['+CNMI: (0-2),(0-3),(0,2),(0),(0,1)', 'OK'],
  'AT+COPS?': ['+COPS: 0,0,"TEST NET",7', 'OK'],
};

async function started(answers: Script['answers'], script: Script = {}): Promise<Scripted> {
  const it = startScripted({ ...script, answers });
  await it.run(2 * MINUTE);
  return it;
}

describe('firmware/modem/kinds', () => {
  it('the steps that the driver knows by number are where it takes them to be', () => {
    const steps: [number, string][] = [
      [STEP_MODEL, 'AT+CGMM'],
      [STEP_IDENTITY, 'ATI'],
      [STEP_PIN, 'AT+CPIN?'],
      [STEP_MODE, 'AT+CMGF=0'],
      [STEP_STORES, 'AT+CPMS=?'],
      [STEP_STORE, 'AT+CPMS=$,$,$'],
      [STEP_NOTICES, 'AT+CNMI=?'],
      [STEP_POLL, 'AT+CREG?'],
      [STEP_COUNT, 'AT+CPMS?'],
      [POLL_FULL - 1, 'AT+CNMI=$,1,0,0,0'],
    ];
    for (const [step, command] of steps) expect(commandOf(KIND_GENERIC, step)).to.equal(command);
  });

  const models: [string, number][] = [
    ['SIMCOM_SIM800L', KIND_SIM800],
    ['SIM800 R14.18', KIND_SIM800],
    ['A7670E-FASE', KIND_A7670],
    ['Model: A7672SA-FASE', KIND_A7670],
    ['SIMCOM_SIM7600E-H', KIND_SIM7600],
    ['SIM7670G', KIND_GENERIC],
    ['EC25', KIND_GENERIC],
    ['MODELS', KIND_GENERIC],
    ['', KIND_GENERIC],
  ];
  for (const [model, kind] of models)
    it(`AT+CGMM: "${model}" is kind ${kind}`, () => expect(kindIn(model)).to.equal(kind));

  it('ready lines of every kind, whole, and no others', () => {
    for (const line of ['RDY', '+CFUN: 1', 'Call Ready', 'SMS Ready', '*ATREADY: 1', 'SMS DONE', 'PB DONE'])
      expect(isReadyLine(line), line).to.equal(true);
    for (const line of ['OK', 'DONE', '+CPIN: READY', 'RING']) expect(isReadyLine(line), line).to.equal(false);
  });

  it('Espruino 2v29: what begins at the very end of a text is not held by it', () => {
    expect([holds('abc', 'cd'), holds('abc', 'bc'), holds('', 'a')]).to.deep.equal([false, true, false]);
  });
});

describe('firmware/modem/kinds: a modem after GSM', () => {
  it('A7670: its store, its time commands, volts, technology; nothing of a SIM800', async () => {
    const modem = await started(A7670);
    for (const command of ['AT+CTZU=1', 'AT+CTZR=1', 'AT+CPMS="ME","ME","ME"', 'AT+CNMI=2,1,0,0,0'])
      expect(modem.commands, command).to.include(command);
    for (const command of ['ATI', 'AT+CLTS=1']) expect(modem.commands, command).not.to.include(command);
    expect([modem.status().registered, modem.status().supplyMv, modem.status().restarts]).to.deep.equal([
      true,
      3900,
      0,
    ]);
    expect(modemRadio(modem.modem)).to.equal(RADIO_LTE);
    expect(modem.modem.model).to.equal('A7670E-FASE');
  });

  for (const [net, line] of [
    ['CREG', '+CREG: 1,6'],
    ['CREG', '+CREG: 1,7'],
    ['CREG', '+CREG: 1,9'],
    ['CREG', '+CREG: 1,10'],
    ['CEREG', '+CEREG: 0,1'],
    ['CEREG', '+CEREG: 0,5'],
    ['CGREG', '+CGREG: 0,1'],
  ])
    it(`27.007 7.2, LilyGo-Modem-Series #247: registered by ${line} alone`, async () => {
      const none = { 'AT+CREG?': ['+CREG: 1,0', 'OK'], 'AT+CEREG?': ['+CEREG: 0,0', 'OK'] };
      const modem = await started({ ...A7670, ...none, [`AT+${net}?`]: [line, 'OK'] });
      const alarm = modem.alarm();
      await modem.run(10_000);
      expect([modem.status().registered, alarm.result, modem.status().restarts]).to.deep.equal([true, 'sent', 0]);
    });

  it('LilyGo-Modem-Series #247: +CREG refused, registered by +CEREG: no restart', async () => {
    const modem = await started({ ...A7670, 'AT+CREG?': ['ERROR'] });
    await modem.run(30 * MINUTE);
    expect([modem.status().registered, modem.status().restarts]).to.deep.equal([true, 0]);
  });

  it('27.007 7.2: registrations that are all lost are told', async () => {
    let stat = 1;
    const modem = await started({
      ...A7670,
      'AT+CREG?': () => [`+CREG: 1,${stat}`, 'OK'],
      'AT+CEREG?': () => [`+CEREG: 0,${stat}`, 'OK'],
    });
    stat = 2;
    await modem.run(MINUTE);
    expect([modem.status().registered, modemRadio(modem.modem)]).to.deep.equal([false, RADIO_UNKNOWN]);
    expect(modem.events).to.include('unregistered 0');
  });

  for (const [cops, cereg, radio] of [
    ['0,0,"TEST NET",7', 1, RADIO_LTE],
    ['0,0,"TEST NET",2', 4, RADIO_UMTS],
    ['0,0,"TEST NET",0', 4, RADIO_GSM],
    ['0,0,"TEST NET",3', 0, RADIO_GSM],
    ['0,0,"TEST NET"', 1, RADIO_UNKNOWN],
    ['0', 1, RADIO_UNKNOWN],
    ['0,0,"TEST NET",99', 1, RADIO_UNKNOWN],
  ] as const)
    it(`27.007 7.3: the radio of +COPS: ${cops} is ${radio}`, async () => {
      const modem = await started({
        ...A7670,
        'AT+COPS?': [`+COPS: ${cops}`, 'OK'],
        'AT+CEREG?': [`+CEREG: 0,${cereg}`, 'OK'],
      });
      expect(modemRadio(modem.modem)).to.equal(radio);
    });

  it('27.007 10.1.22: LTE where +COPS names no radio and +CEREG alone is registered', async () => {
    const none = { 'AT+CREG?': ['+CREG: 1,0', 'OK'], 'AT+COPS?': ['+COPS: 0', 'OK'] };
    expect(modemRadio((await started({ ...A7670, ...none })).modem)).to.equal(RADIO_LTE);
  });

  it('a SIM800 is always on GSM, whatever it says', async () => {
    const modem = await started({ 'AT+COPS?': ['+COPS: 0,0,"TEST NET",7', 'OK'] });
    expect(modemRadio(modem.modem)).to.equal(RADIO_GSM);
  });

  it('27.005 3.2.2: a store that is refused is not the last one tried', async () => {
    const modem = await started({
      'AT+CGMM': ['OK'],
      'AT+CPMS=': (command) => [command.includes('"SM"') ? 'ERROR' : 'OK'],
    });
    expect(modem.commands).to.include('AT+CPMS="ME","ME","ME"');
    expect(modem.events.filter((event) => event.startsWith('step-passed'))).to.deep.equal([]);
  });

  it('27.005 3.4.1: notices in the mode that the modem offers', async () => {
    const modem = await started({ ...A7670, 'AT+CNMI=?': ['+CNMI: (0,1),(0,1),(0),(0),(0)', 'OK'] });
    expect(modem.commands).to.include('AT+CNMI=1,1,0,0,0');
  });

  it('sms-server #12: the SIM is busy until SMS DONE', async () => {
    const since: number[] = [];
    const modem: Scripted = startScripted({
      answers: {
        ...A7670,
        'AT+CMGF=0': () => {
          since.push(modem.runtime.nowMs());
          return [since.at(-1)! - since[0] < 20_000 ? 'ERROR' : 'OK'];
        },
      },
    });
    await modem.run(2 * MINUTE);
    expect([modem.status().state, modem.status().restarts]).to.deep.equal([2, 0]);
  });

  for (const [line, source] of [
    ['+CTZV: "+32"', '27.007 8.41'],
    ['+CTZV: 32,"26/11/29,12:00:05"', 'SIM7600 manual'],
    ['+CTZE: "+32",0,"2026/11/29,20:00:05"', '27.007 8.41'],
  ])
    it(`${source}: at ${line} the clock is asked for`, async () => {
      let clock = '+CCLK: "70/01/01,00:00:05+00"';
      const modem = await started({ ...A7670, 'AT+CCLK?': () => [clock, 'OK'] });
      expect(modem.status().networkTime).to.equal(0);
      clock = '+CCLK: "26/11/29,20:00:05+32"';
      modem.lines([line]);
      await modem.run(5000);
      expect(modem.status().networkTime).to.equal(Date.UTC(2026, 10, 29, 12, 0, 5) / 1000);
    });

  it('a modem that no table knows is told by its own words and served by the standards', async () => {
    const modem = await started({ 'AT+CGMM': ['EC25', 'OK'].slice(1), ATI: ['OK'] });
    expect(modem.modem.model).to.equal('');
    const named = await started({ ...A7670, 'AT+CGMM': ['Quectel EC25', 'OK'], 'AT+CLTS=1': ['ERROR'] });
    expect(named.events).to.include('unknown-modem Quectel EC25');
    expect([named.modem.model, named.status().registered]).to.deep.equal(['Quectel EC25', true]);
    const alarm = named.alarm();
    await named.run(10_000);
    expect(alarm.result).to.equal('sent');
  });

  it('a modem without SMS is told from one whose SIM is busy', async () => {
    let isBusy = true;
    const answers = { ...A7670, 'AT+CMGF=0': () => [isBusy ? 'ERROR' : 'OK'] };
    const modem = await started(answers);
    await modem.run(5 * MINUTE);
    expect([modem.modem.n[N_NO_SMS], modem.events.includes('no-sms A7670E-FASE')]).to.deep.equal([1, true]);
    isBusy = false;
    await modem.run(6 * MINUTE);
    expect(modem.modem.n[N_NO_SMS]).to.equal(0);
  });

  it('a kind that only ATI names is found', async () => {
    const modem = await started({
      ...A7670,
      'AT+CGMM': ['ERROR'],
      ATI: ['Manufacturer: SIMCOM', 'Model: A7670SA', 'OK'],
    });
    expect(modem.commands).to.include('AT+CPMS="ME","ME","ME"');
  });

  for (const boot of [
    ['RDY', '+CFUN: 1', '+CPIN: READY', 'Call Ready', 'SMS Ready'],
    ['*ATREADY: 1', '+CPIN: READY', 'SMS DONE', 'PB DONE'],
    ['RDY', '+CPIN: READY', 'SMS DONE', 'PB DONE'],
  ])
    it(`a restart by itself, told by ${boot[0]}: set up again at once`, async () => {
      const modem = await started(A7670);
      const before = modem.count('AT+CMGF=0');
      modem.lines(boot);
      await modem.run(10_000);
      expect(modem.count('AT+CMGF=0')).to.be.above(before);
      expect(modem.events).to.include('restart 1');
    });
});
