// Odd answers of modems at starting, registering and sending, with the same sources as odd-answers.test.ts. Holds: no
// command but AT is a must, and no optional part of an answer is needed.
// Neighbours: each optional field of +CREG, +CPMS, +CSQ, +COPS, +CBC, +CCLK; each step of the start-up and of a poll
// refused, mute or hanging, alone and all at once.
import { expect } from 'chai';
import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import { HELLO, started, startScripted, type Script, type Scripted } from './scripted';

describe('firmware/modem: no command is a must', () => {
  const COMMANDS = [
    'ATE0',
    'AT+CMEE=1',
    'AT+CPIN?',
    'AT+CREG=1',
    'AT+CREG?',
    'AT+CLTS=1',
    'AT+CMGF=0',
    'AT+CPMS="SM","SM","SM"',
    'AT+CNMI=2,1,0,0,0',
    'AT+CSQ',
    'AT+CPMS?',
    'AT+COPS?',
    'AT+CBC',
    'AT+CCLK?',
    'AT+CMGL=4',
  ];
  for (const command of COMMANDS)
    for (const answer of [['ERROR'], ['+CME ERROR: 100'], ['+CMS ERROR: 302'], ['OK'], null])
      it(`${command} answers ${JSON.stringify(answer)} for ever: SMS go out and come in`, async () => {
        const modem = startScripted({ answers: { [command]: answer } });
        modem.store[3] = HELLO;
        await modem.run(3 * MINUTE_MS);
        const alarm = modem.alarm();
        await modem.run(MINUTE_MS);
        expect(alarm.result).to.equal('sent');
        await modem.run(10 * MINUTE_MS);
        expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([1, 0]);
        const before = modem.status().restarts;
        await modem.run(HOUR_MS);
        expect(modem.status().restarts - before).to.be.at.most(1);
      });

  for (const answer of [['ERROR'], null])
    it(`all of them answer ${JSON.stringify(answer)} for a day: SMS go out and come in`, async () => {
      const modem = startScripted({ answers: Object.fromEntries(COMMANDS.map((command) => [command, answer])) });
      await modem.run(HOUR_MS);
      modem.lines(['+CMTI: "SM",3']);
      for (let hour = 0; hour < 25; hour++) {
        modem.store[3] = HELLO;
        const alarm = modem.alarm();
        await modem.run(10 * MINUTE_MS);
        expect(alarm.result).to.equal('sent');
        await modem.run(50 * MINUTE_MS);
      }
      expect([modem.got.length > 0, Object.keys(modem.store).length]).to.deep.equal([true, 0]);
      expect(modem.commands.filter((command) => !/^AT/.test(command))).to.deep.equal([]);
    });

  it('none of them is ever answered, the others after seven seconds: an alarm goes out within 10 minutes', async () => {
    const mute = COMMANDS.filter((command) => !/CPIN|CMGL/.test(command));
    const modem = startScripted({ answers: Object.fromEntries(mute.map((command) => [command, null])), delayMs: 7000 });
    const alarm = modem.alarm();
    await modem.run(10 * MINUTE_MS);
    expect(alarm.result).to.equal('sent');
  });

  it('the same, and every other SMS fails: no alarm waits for settings, which are made when none waits', async () => {
    const mute = [...COMMANDS, 'AT+CGMM', 'ATI', 'AT+CTZ', 'AT+CPMS', 'AT+CNMI'].filter((one) => !/CPIN|CMG/.test(one));
    let count = 0;
    const modem = startScripted({
      answers: Object.fromEntries(mute.map((command) => [command, null])),
      delayMs: 7000,
      onPdu: () => (++count % 2 ? ['+CMS ERROR: 500'] : ['+CMGS: 7', 'OK']),
    });
    for (let i = 0; i < 6; i++) {
      const alarm = modem.alarm();
      await modem.run(3 * MINUTE_MS);
      expect(alarm.result, `alarm ${i}`).to.equal('sent');
      await modem.run(i * MINUTE_MS);
    }
    await modem.run(HOUR_MS);
    for (const command of ['AT+CPMS="SM","SM","SM"', 'AT+CNMI=2,1,0,0,0', 'AT+CLTS=1'])
      expect(modem.count(command), command).to.be.above(0);
  });

  it('a SIM that is busy for a minute: set up when it is not', async () => {
    let isBusy = true;
    const modem = startScripted({
      answers: {
        'AT+CMGF=0': () => (isBusy ? ['+CMS ERROR: 314'] : ['OK']),
        'AT+CNMI=': () => (isBusy ? ['+CMS ERROR: 314'] : ['OK']),
      },
    });
    await modem.run(MINUTE_MS);
    isBusy = false;
    const before = modem.count('AT+CNMI=2,1,0,0,0');
    await modem.run(6 * MINUTE_MS);
    expect(modem.count('AT+CNMI=2,1,0,0,0')).to.be.above(before);
  });

  it('a PIN that gets no answer is given once', async () => {
    const modem = startScripted({
      answers: { 'AT+CPIN?': ['+CPIN: SIM PIN', 'OK'], 'AT+CPIN=': null },
      driver: { pins: ['9999'] },
    });
    await modem.run(HOUR_MS);
    expect(modem.count('AT+CPIN="9999"')).to.equal(1);
  });

  for (const code of ['"READY"', 'READY ', 'SIM PIN2', 'SIM PUK2'])
    it(`27.007 8.3: +CPIN: ${code} is a SIM that may be used`, async () => {
      const modem = await started({ answers: { 'AT+CPIN?': [`+CPIN:${code}`, 'OK'] } });
      expect(modem.status().state).to.equal(2);
    });

  it('another SIM: no place of the one before is deleted', async () => {
    let isThere = true;
    const modem = await started({
      answers: {
        'AT+CPIN?': () => (isThere ? ['+CPIN: READY', 'OK'] : ['+CME ERROR: 10']),
        'AT+CMGD=': ['+CMS ERROR: 500'],
      },
    });
    modem.store[3] = HELLO;
    modem.lines(['+CMTI: "SM",3']);
    await modem.run(5000);
    isThere = false;
    modem.lines(['+CPIN: NOT READY']);
    await modem.run(MINUTE_MS);
    isThere = true;
    modem.commands.length = 0;
    await modem.run(MINUTE_MS);
    const first = modem.commands.findIndex((command) => /CMG[RD]=3/.test(command));
    expect(modem.commands[first]).to.equal('AT+CMGR=3');
  });
});

describe('firmware/modem: registration', () => {
  const answers: [string, boolean][] = [
    ['+CREG: 0,1', true],
    ['+CREG: 2,1,"","605F"', true],
    ['+CREG: 2,1,"0B,"0100701",7', true],
    ['+CREG: 2,1,"5E25', true],
    ['+CREG: 2,1,4CA,81DE445', true],
    ['+CREG: 0,1,"5E25","605F",2', true],
    ['+CREG: 2,5,"2AF5","0B88E350",2', true],
    ['+CREG: 0,0', false],
    ['+CREG: 0,3', false],
    ['+CREG: 2,4', false],
    ['+CREG: 2,8,"00C3","2F4A"', false],
    ['+CREG:0,1', true],
    ['+CREG: 1', true],
    ['+CREG: 2,6,"7D08","04E23C04",7', true],
    ['+CREG: 0,7', true],
    ['+CREG: 1,9', true],
    ['+CREG: 1,10', true],
    ['+CREG: 1,11', false],
  ];
  for (const [line, registered] of answers)
    it(`gammu at-creg, TinyGSM #503, 27.007 7.2: ${line}`, async () => {
      const modem = startScripted({ answers: { 'AT+CREG?': [line, 'OK'] } });
      await modem.run(MINUTE_MS);
      expect(modem.status().registered).to.equal(registered);
    });

  const codes: [string, boolean][] = [
    ['+CREG: 1', true],
    ['+CREG: 5', true],
    ['+CREG: 1,"00C3","2F4A"', true],
    ['+CREG: 5,"00C3","2F4A",0', true],
    ['+CREG: 1,0012,2F4A', true],
    ['+CREG: 1, "00C3", "2F4A"', true],
    ['+CREG: 1,,', true],
    ['+CREG:5', true],
    ['+CREG: 6,"00C3","2F4A",7', true],
    ['+CREG: 2', false],
    ['+CREG: 2,"00C3","2F4A"', false],
    ['+CREG: 0,,', false],
    ['+CREG: ', false],
  ];
  for (const [line, registered] of codes)
    it(`sdk-nrf #1687, 27.007 7.2: by itself ${line}`, async () => {
      const modem = await started({ answers: { 'AT+CREG?': ['+CREG: 2,0', 'OK'] } });
      modem.lines([line]);
      await modem.run(500);
      expect(modem.status().registered).to.equal(registered);
    });

  for (const answer of [['OK'], ['ERROR'], ['+CREG: 0,0', 'OK'], ['+CREG: 2,2', 'OK'], ['+CREG: ?', 'OK'], null])
    it(`+CREG returns ${JSON.stringify(answer)}: an alarm goes out within 10 minutes`, async () => {
      const modem = startScripted({ answers: { 'AT+CREG?': answer } });
      await modem.run(MINUTE_MS);
      const alarm = modem.alarm();
      await modem.run(10 * MINUTE_MS);
      expect(alarm.result).to.equal('sent');
    });

  it('the network takes every third SMS and +CREG says 0: an alarm goes out within 10 minutes', async () => {
    let count = 0;
    const modem = startScripted({
      answers: { 'AT+CREG?': ['+CREG: 0,0', 'OK'] },
      onPdu: () => (++count % 3 ? ['+CMS ERROR: 500'] : ['+CMGS: 7', 'OK']),
    });
    await modem.run(MINUTE_MS);
    const alarm = modem.alarm();
    await modem.run(10 * MINUTE_MS);
    expect(alarm.result).to.equal('sent');
  });
});

describe('firmware/modem: other values', () => {
  const values: [string, string, (modem: Scripted) => unknown, unknown][] = [
    ['AT+CBC', '+CBC: 0,80,4012', (modem) => modem.status().supplyMv, 4012],
    ['AT+CBC', '+CBC:0,80,4012', (modem) => modem.status().supplyMv, 4012],
    ['AT+CBC', '+CBC: 3.900V', (modem) => modem.status().supplyMv, 3900],
    ['AT+CBC', '+CBC: 0,80,3.900V', (modem) => modem.status().supplyMv, 3900],
    ['AT+CBC', '+CBC: 0,80', (modem) => modem.status().supplyMv, 0],
    ['AT+CBC', '+CBC: ', (modem) => modem.status().supplyMv, 0],
    ['AT+CSQ', '+CSQ:20,0', (modem) => modem.status().rssi, 20],
    ['AT+CSQ', '+CSQ: 99,99', (modem) => modem.status().rssi, 99],
    ['AT+CSQ', '+CSQ: -1', (modem) => modem.status().rssi, 99],
    ['AT+COPS?', '+COPS: 0,0,"TEST NET",7', (modem) => modem.status().operator, 'TEST NET'],
    ['AT+COPS?', '+COPS: 0,2,"46000"', (modem) => modem.status().operator, '46000'],
    ['AT+COPS?', '+COPS: 0,0,TEST', (modem) => modem.status().operator, 'TEST'],
    ['AT+COPS?', '+COPS: 0', (modem) => modem.status().operator, ''],
    ['AT+COPS?', '+COPS: 0,0,"a, b"', (modem) => modem.status().operator, 'a, b'],
    ['AT+COPS?', `+COPS: 0,0,"${'N'.repeat(99)}"`, (modem) => modem.status().operator, 'N'.repeat(24)],
    ['AT+CPMS?', '+CPMS: "SM",0,20', (modem) => modem.status().capacity, 20],
    ['AT+CPMS?', '+CPMS: "SM_P",0,30,"SM_P",0,30,"SM_P",0,30', (modem) => modem.status().capacity, 30],
    ['AT+CPMS?', '+CPMS: SM,0,20,SM,0,20', (modem) => modem.status().capacity, 20],
    ['AT+CPMS?', '+CPMS:0,20,0,20,0,20', (modem) => modem.status().capacity, 20],
    ['AT+CPMS?', '+CPMS: "SM",0,0', (modem) => modem.events.filter((event) => /store-full/.test(event)).length, 0],
    ['AT+CPMS?', '+CPMS: "SM",3', (modem) => modem.events.filter((event) => /store-full/.test(event)).length, 0],
  ];
  for (const [command, line, get, value] of values)
    it(`27.005 3.2.2, 27.007 7.3 8.4 8.5, SIM800 manual: ${line}`, async () => {
      const modem = await started({ answers: { [command]: [line, 'OK'], 'AT+CPMS=': ['OK'] } });
      expect(get(modem)).to.equal(value);
    });
});

describe('firmware/modem: odd answers while an SMS is sent', () => {
  const network = (first: string[] | null): Script['onPdu'] => {
    let count = 0;
    return () => (count++ ? ['+CMGS: 7', 'OK'] : first);
  };
  const rows: [string, Script, string, number][] = [
    ['27.005 3.5.1: +CMGS, OK', { onPdu: () => ['+CMGS: 7', 'OK'] }, 'sent', 1],
    ['27.005 3.5.1: with a time stamp', { onPdu: () => ['+CMGS: 7,"26/11/29,12:00:00+32"', 'OK'] }, 'sent', 1],
    ['no space', { onPdu: () => ['+CMGS:7', 'OK'] }, 'sent', 1],
    ['gammu #61 #420: no OK ever', { onPdu: () => ['+CMGS: 7'] }, 'sent', 1],
    ['GPRS_SIM900 #37: OK of something else', { onPdu: network(['OK']) }, 'sent', 2],
    ['gammu #438: +CMS ERROR: 500', { onPdu: network(['+CMS ERROR: 500']) }, 'sent', 2],
    ['+CMS ERROR in words', { onPdu: network(['+CMS ERROR: network timeout']) }, 'sent', 2],
    ['+CMS ERROR alone', { onPdu: network(['+CMS ERROR']) }, 'sent', 2],
    ['+CMS ERROR without a space', { onPdu: network(['+CMS ERROR:500']) }, 'sent', 2],
    ['+CME ERROR: 515', { onPdu: network(['+CME ERROR: 515']) }, 'sent', 2],
    ['ERROR', { onPdu: network(['ERROR']) }, 'sent', 2],
    ['gammu #61: no answer for 60 s', { onPdu: network(null) }, 'sent', 2],
    ['+CMTI between', { onPdu: () => ['+CMGS: 7', '+CMTI: "SM",5', 'OK'] }, 'sent', 1],
    ['RING before', { onPdu: () => ['RING', '+CMGS: 7', 'OK'] }, 'sent', 1],
    ['+CREG: 2 and 1 during it', { onPdu: () => ['+CREG: 2', '+CREG: 1', '+CMGS: 7', 'OK'] }, 'sent', 1],
    ['"Call Ready" behind, no OK', { onPdu: () => ['+CMGS: 7', 'Call Ready'] }, 'sent', 1],
    ['"NORMAL POWER DOWN" before', { onPdu: network(['NORMAL POWER DOWN']) }, 'sent', 2],
    ['24.011 8.2: +CMS ERROR: 28', { onPdu: () => ['+CMS ERROR: 28'] }, 'modem-refused', 3],
    ['24.011 8.2: +CMS ERROR: 38 for ever', { onPdu: () => ['+CMS ERROR: 38'] }, 'modem-tries', 16],
    ['27.005 3.2.5: +CMS ERROR: 302 for ever', { onPdu: () => ['+CMS ERROR: 302'] }, 'modem-tries', 16],
    ['the PDU echoed', { isEchoing: true }, 'sent', 1],
    ...['\r\n>', '> ', '\r\n+CMTI: "SM",4\r\n\r\n> ', 'AT+CMGS=19\r\r\n> '].map((prompt): (typeof rows)[number] => [
      `27.005 3.5.1: prompt ${JSON.stringify(prompt)}`,
      { prompt },
      'sent',
      1,
    ]),
  ];
  for (const [name, script, result, copies] of rows)
    it(name, async () => {
      const modem = await started(script);
      const alarm = modem.alarm();
      await modem.run(3 * HOUR_MS);
      expect([alarm.result, modem.sent.length]).to.deep.equal([result, copies]);
    });
});
