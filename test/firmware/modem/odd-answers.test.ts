// Odd answers of modems at reading, from public reports, the test suites of other drivers and the SIM800 AT Command
// Manual 1.09. Each title names its source. Holds: no optional part of an answer is needed, no message holds up
// another, and sending never waits for reading.
// Neighbours: each optional field of +CMGR and +CMTI; one place, all places and place 0, at reading and at deleting; a
// list refused, mute, empty; a full store. Held elsewhere: the other answers (odd-commands.test.ts), values of a line
// (lines.test.ts), parts of long SMS (test/host/modem), whole dialogues drawn at random
// (test/tools/bench/modem.test.ts).
import { expect } from 'chai';
import { HOUR_MS, MINUTE_MS } from '../../../protocol/time';
import { HELLO, HELLO_LENGTH, HELLO_PDU, started, startScripted, type Scripted } from './scripted';

describe('firmware/modem: heads of +CMGR', () => {
  const heads: [string, string[]][] = [
    ['SIM800 manual p. 118: no name', [`+CMGR: 1,"",${HELLO_LENGTH}`, HELLO_PDU]],
    ['27.005 4.3: name left out', [`+CMGR: 0,,${HELLO_LENGTH}`, HELLO_PDU]],
    ['27.005 4.3: name', [`+CMGR: 1,"Anna",${HELLO_LENGTH}`, HELLO_PDU]],
    ['27.005 4.3: name with a comma', [`+CMGR: 1,"Anna, B",${HELLO_LENGTH}`, HELLO_PDU]],
    ['python-gsmmodem PR #27: two fields', [`+CMGR: 0,${HELLO_LENGTH}`, HELLO_PDU]],
    ['gammu at-sms: one field', [`+CMGR: ${HELLO_LENGTH}`, HELLO_PDU]],
    ['gammu at-sms: four fields', [`+CMGR: 4,1,,${HELLO_LENGTH}`, HELLO_PDU]],
    ['no length', ['+CMGR: 1,"",', HELLO_PDU]],
    ['no fields', ['+CMGR:', HELLO_PDU]],
    ['length of another PDU', ['+CMGR: 1,"",151', HELLO_PDU]],
    ['no space', [`+CMGR:1,"",${HELLO_LENGTH}`, HELLO_PDU]],
    ['spaces', [`+CMGR: 1, "", ${HELLO_LENGTH} `, ` ${HELLO_PDU} `]],
    ['python-gsmmodem #40: ^RSSI before', ['^RSSI: 20', `+CMGR: 0,,${HELLO_LENGTH}`, HELLO_PDU]],
    ['python-gsmmodem #40: ^RSSI between', [`+CMGR: 0,,${HELLO_LENGTH}`, '^RSSI: 20', HELLO_PDU]],
    ['+CMTI between', [`+CMGR: 0,,${HELLO_LENGTH}`, '+CMTI: "SM",2', HELLO_PDU]],
    ['RING between', [`+CMGR: 0,,${HELLO_LENGTH}`, 'RING', HELLO_PDU]],
    ['lower-case hex', [`+CMGR: 0,,${HELLO_LENGTH}`, HELLO_PDU.toLowerCase()]],
  ];
  for (const [name, lines] of heads)
    it(name, async () => {
      const modem = startScripted({ store: { 1: lines } });
      await modem.run(5 * MINUTE_MS);
      expect(modem.got.map((sms) => sms.text)).to.deep.equal(['hellohello']);
      expect([Object.keys(modem.store).length, modem.count('AT+CMGR=1'), modem.status().badSms]).to.deep.equal([
        0, 1, 0,
      ]);
    });

  it('python-gsmmodem #56: echo that cannot be turned off', async () => {
    const modem = startScripted({ store: { 1: HELLO }, isEchoing: true });
    await modem.run(2 * MINUTE_MS);
    expect([modem.got.length, Object.keys(modem.store).length, modem.status().timeouts]).to.deep.equal([1, 0, 0]);
  });

  it('a message without the OK behind it is taken once', async () => {
    const modem = startScripted({ store: { 1: HELLO }, answers: { 'AT+CMGR=1': HELLO } });
    await modem.run(10 * MINUTE_MS);
    expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([1, 0]);
  });

  it('a head without a message is told, and its place is free within a day', async () => {
    const modem = startScripted({ store: { 1: [HELLO[0]] } });
    await modem.run(24 * HOUR_MS);
    expect([modem.got.length, Object.keys(modem.store).length, modem.status().badSms]).to.deep.equal([0, 0, 1]);
    expect(modem.events).to.include('sms-stuck 1');
  });

  it('text mode that cannot be left: told, and the place is free within a day', async () => {
    const modem = startScripted({
      store: { 1: ['+CMGR: "REC READ","+8613900001111","","26/11/29,20:00:05+32"', 'hellohello'] },
      answers: { 'AT+CMGF=0': ['ERROR'] },
    });
    const alarm = modem.alarm();
    await modem.run(5 * MINUTE_MS);
    expect([alarm.result, modem.events.includes('step-passed AT+CMGF=0')]).to.deep.equal(['sent', true]);
    await modem.run(24 * HOUR_MS);
    expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([0, 0]);
  });
});

describe('firmware/modem: odd +CMTI', () => {
  const notices = [
    '+CMTI: "SM",3',
    '+CMTI: "SM",3,"MMS PUSH",2,1',
    '+CMTI: "ME",67',
    '+CMTI: "MT",3',
    '+CMTI: ,-1',
    '+CMTI: "SM",0',
    '+CMTI: "SM"',
    '+CMTI:"SM",3',
    '+CMT: ,23',
    '+CDSI: "SR",8',
    '+CMTI: "SM",300',
    '+CMTI: "SM",99999999999',
  ];
  for (const notice of notices)
    it(`serialport-gsm #60 #92, chan-dongle #31, T-SIM7600X #63, KEYVILBOARD #9: ${notice}`, async () => {
      const modem = await started();
      modem.store[3] = HELLO;
      modem.lines([notice]);
      await modem.run(2000);
      if (/,3$|,3,|ME|"SM"$|-1/.test(notice)) expect(modem.got).to.have.length(1);
      await modem.run(10 * MINUTE_MS);
      expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([1, 0]);
      expect(modem.count('AT+CMGR=3')).to.equal(1);
    });

  for (const answer of [['+CMS ERROR: 321'], ['OK'], ['+CMS ERROR: 500'], ['ERROR'], null])
    it(`an unknown place returns ${JSON.stringify(answer)}: the message at another is taken`, async () => {
      const modem = await started({ answers: { 'AT+CMGR=67': answer } });
      modem.lines(['+CMTI: "ME",67']);
      await modem.run(MINUTE_MS);
      modem.store[3] = HELLO;
      await modem.run(2 * MINUTE_MS);
      expect(modem.got).to.have.length(1);
      await modem.run(HOUR_MS);
      expect(modem.count('AT+CMGR=67')).to.be.at.most(7);
    });

  it('a message at place 0 is taken', async () => {
    const modem = startScripted({ store: { 0: HELLO } });
    await modem.run(MINUTE_MS);
    expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([1, 0]);
  });

  it('a new message at a place that was left alone is read at once', async () => {
    let isMute = true;
    const modem = await started({ answers: { 'AT+CMGR=2': () => (isMute ? null : [...HELLO, 'OK']) } });
    modem.store[2] = HELLO;
    modem.lines(['+CMTI: "SM",2']);
    await modem.run(4 * MINUTE_MS);
    expect(modem.events).to.include('sms-stuck 2');
    isMute = false;
    modem.lines(['+CMTI: "SM",2']);
    await modem.run(2000);
    expect(modem.got).to.have.length(1);
  });
});

describe('firmware/modem: one place, one command that is never answered', () => {
  for (const kind of ['mute', 'hang', 'restart'] as const)
    for (const command of ['AT+CMGR=2', 'AT+CMGD=2', 'AT+CMGL=4'])
      it(`serialport-gsm #60, gammu #4 #89: ${command} ${kind}: the alarm and the other SMS pass`, async () => {
        let isHung = false;
        let cycles = 0;
        const power = {
          modemOn: (_: number, done: () => void): void => void modem.runtime.after(1000, done),
          modemOff(): void {
            cycles++;
            isHung = false;
          },
        };
        const modem: Scripted = startScripted({
          answers: {
            [command]() {
              isHung = kind === 'hang';
              if (kind === 'restart') modem.lines(['RDY', '+CFUN: 1', '+CPIN: READY', 'Call Ready', 'SMS Ready']);
              return null;
            },
          },
          isHung: () => isHung,
        });
        modem.modem.outbox.opts.power = power;
        await modem.run(20_000);
        modem.store[2] = HELLO;
        modem.store[3] = HELLO;
        modem.lines(['+CMTI: "SM",2,"MMS PUSH",2,1']);
        await modem.run(1000);
        const alarm = modem.alarm();
        await modem.run(MINUTE_MS);
        expect(alarm.result).to.equal('sent');
        await modem.run(9 * MINUTE_MS);
        expect(modem.store).to.not.have.property('3');
        await modem.run(50 * MINUTE_MS);
        expect(modem.count('AT+CMGR=2')).to.be.at.most(command === 'AT+CMGL=4' ? 14 : 8);
        expect(cycles).to.be.at.most(kind === 'hang' ? 16 : 0);
      });

  it('twenty places without a reply: alarms take a minute, a message behind them an hour at most', async () => {
    const modem = await started({
      answers: { 'AT+CMGR=': (command) => (command === 'AT+CMGR=21' ? [...HELLO, 'OK'] : null) },
    });
    for (let place = 1; place <= 21; place++) modem.store[place] = HELLO;
    await modem.run(MINUTE_MS);
    for (let minute = 0; minute < 60; minute++) {
      const alarm = modem.alarm();
      await modem.run(MINUTE_MS);
      expect(alarm.result).to.equal('sent');
    }
    expect(modem.got).to.have.length(1);
  });

  it('a place whose deletion is refused is not handed over again, and is tried seldom', async () => {
    const modem = startScripted({ store: { 1: HELLO }, answers: { 'AT+CMGD=1': ['+CMS ERROR: 500'] } });
    await modem.run(HOUR_MS);
    expect(modem.got).to.have.length(1);
    expect(modem.count('AT+CMGD=1')).to.be.within(3, 8);
    expect(modem.events).to.include('sms-stuck 1');
  });

  it('gammu #89: a list that is never answered: the places are read one by one', async () => {
    const modem = startScripted({ store: { 7: HELLO }, answers: { 'AT+CMGL=4': null } });
    await modem.run(20 * MINUTE_MS);
    expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([1, 0]);
  });

  it('a store that is full of what no list shows is read one by one', async () => {
    const modem = startScripted({
      store: { 7: HELLO },
      answers: { 'AT+CMGL=4': ['OK'], 'AT+CPMS?': ['+CPMS: "SM",20,20,"SM",20,20,"SM",20,20', 'OK'] },
    });
    await modem.run(20 * MINUTE_MS);
    expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([1, 0]);
  });

  it('gammu #19 #438: a place that can be neither read nor, for a while, deleted is free within a day', async () => {
    let count = 0;
    const modem: Scripted = startScripted({
      store: { 1: HELLO },
      answers: {
        'AT+CMGR=1': (command) => [command === 'AT+CMGR=1' ? '+CMS ERROR: 500' : 'OK'],
        'AT+CMGD=1'() {
          if (++count <= 10) return null;
          delete modem.store[1];
          return ['OK'];
        },
      },
    });
    await modem.run(24 * HOUR_MS);
    expect([Object.keys(modem.store).length, modem.status().badSms]).to.deep.equal([0, 1]);
  });

  it('esphome #1015: an empty list, no count and no notice: the message is taken within a day', async () => {
    const modem = await started({ answers: { 'AT+CMGL=4': ['OK'], 'AT+CPMS?': ['ERROR'], 'AT+CPMS=': ['ERROR'] } });
    for (let day = 1; day <= 3; day++) {
      modem.store[day] = HELLO;
      await modem.run(24 * HOUR_MS);
      expect([modem.got.length, Object.keys(modem.store).length]).to.deep.equal([day, 0]);
    }
  });
});
