// The simulated SIM800 as a terminal sees it: ITU-T V.250 lines and echo, 3GPP TS 27.005 3 (SMS commands, prompt, +CMS
// codes), 27.007 9.2 (+CME codes under +CMEE), and its faults.
import { expect } from 'chai';
import { hexOfBytes } from '../../../../protocol/sms/pdu';
import { encodeText } from '../../../../protocol/sms/pdu-parts';
import { wire } from '../../../../host/sim/board/wire';
import { createGsmNetwork, type GsmNetwork } from '../../../../host/sim/gsm';
import { createSim800, type Sim800, type Sim800Options } from '../../../../host/sim/sim800';
import { createVirtualRuntime, type VirtualRuntime } from '../../../../host/sim/clock/virtual-runtime';

const MODEM = '+8613800000001';
const ANNA = '+8613900000002';

interface Terminal {
  runtime: VirtualRuntime;
  network: GsmNetwork;
  sim: Sim800;
  /** Types, waits, answers what was said meanwhile. */
  ask(text: string, ms?: number): Promise<string>;
}

async function terminal(options: Partial<Sim800Options> = {}, isQuiet = true): Promise<Terminal> {
  const runtime = createVirtualRuntime({ seed: 'terminal', startMs: Date.UTC(2026, 10, 22), pace: 'fast' });
  const network = createGsmNetwork({ runtime, seed: 'terminal' });
  const line = wire(runtime, { baud: 115200 });
  const sim = createSim800({ runtime, seed: 'terminal', number: MODEM, network, port: line[1], ...options });
  let said = '';
  line[0].onData((bytes) => void (said += Buffer.from(bytes).toString('latin1')));
  const ask = async (text: string, ms = 1000): Promise<string> => {
    said = '';
    line[0].write(Buffer.from(text, 'latin1'));
    await runtime.runFor(ms);
    return said;
  };
  if (isQuiet) await ask('', 6000);
  if (isQuiet) await ask('ATE0\r');
  return { runtime, network, sim, ask };
}

describe('host/sim/sim800: lines', () => {
  it('says what it is doing when it starts, and echoes until told not to', async () => {
    const { ask } = await terminal({}, false);
    const start = await ask('', 6000);
    expect(start).to.equal('\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n');
    expect(await ask('AT\r')).to.equal('AT\r\r\nOK\r\n');
    expect(await ask('ATE0\r')).to.equal('ATE0\r\r\nOK\r\n');
    expect(await ask('AT\r')).to.equal('\r\nOK\r\n');
    expect(await ask('at+cmgf?\r')).to.equal('\r\n+CMGF: 0\r\n\r\nOK\r\n');
  });

  it('several commands in a line, A/, V0, noise before AT', async () => {
    const { ask } = await terminal();
    expect(await ask('ATE0;+CSQ;+CMGF=1;+CMGF?\r')).to.equal('\r\n+CSQ: 21,0\r\n\r\n+CMGF: 1\r\n\r\nOK\r\n');
    expect(await ask('A/\r')).to.include('+CSQ: 21,0');
    expect(await ask('\x1b\xfezzAT\r')).to.equal('\r\nOK\r\n');
    expect(await ask('ATV0\r')).to.equal('0\r');
    expect(await ask('ATV1\r')).to.equal('\r\nOK\r\n');
    expect(await ask('hello\r')).to.equal('');
  });

  it('errors under +CMEE 0, 1 and 2', async () => {
    const { ask } = await terminal({ simPresent: false });
    expect(await ask('AT+CPIN?\r')).to.equal('\r\nERROR\r\n');
    await ask('AT+CMEE=1\r');
    expect(await ask('AT+CPIN?\r')).to.equal('\r\n+CME ERROR: 10\r\n');
    await ask('AT+CMEE=2\r');
    expect(await ask('AT+CPIN?\r')).to.equal('\r\n+CME ERROR: SIM not inserted\r\n');
    expect(await ask('AT+CMGL=4\r')).to.equal('\r\n+CMS ERROR: SIM not inserted\r\n');
    expect(await ask('AT+NOSUCH\r')).to.equal('\r\nERROR\r\n');
  });

  it('PIN: wrong ones count, after three the SIM is blocked', async () => {
    const { ask } = await terminal({ pin: '1234' });
    await ask('AT+CMEE=1\r');
    expect(await ask('AT+CPIN?\r')).to.include('+CPIN: SIM PIN');
    for (let i = 0; i < 3; i++) expect(await ask('AT+CPIN="0000"\r')).to.include('+CME ERROR: 16');
    expect(await ask('AT+CPIN?\r')).to.include('+CPIN: SIM PUK');
    expect(await ask('AT+CPIN="1234"\r')).to.include('+CME ERROR: 12');
  });
});

describe('host/sim/sim800: SMS', () => {
  const pdu = encodeText(ANNA, 'hello', 0, -1)[0];
  const typed = `00${hexOfBytes(pdu)}`;

  it('+CMGS: prompt, then the PDU, then the reference', async () => {
    const { ask, network } = await terminal();
    const anna = network.person(ANNA);
    expect(await ask(`AT+CMGS=${pdu.length}\r`)).to.equal('\r\n> ');
    expect(await ask(`${typed}\x1a`, 5000)).to.equal('\r\n+CMGS: 1\r\n\r\nOK\r\n');
    await ask('', 10_000);
    expect(anna.inbox.map((sms) => sms.text)).to.deep.equal(['hello']);
  });

  it('+CMGS: ESC leaves, wrong lengths and PDUs get 304, no network 331', async () => {
    const { ask, network } = await terminal();
    await ask('AT+CMEE=1\r');
    await ask(`AT+CMGS=${pdu.length}\r`);
    expect(await ask('AT+CSQ\x1b')).to.equal('\r\nOK\r\n');
    for (const [length, text] of [
      [pdu.length + 1, typed],
      [pdu.length, typed + '00'],
      [pdu.length, 'zz'],
      [2, '000302'],
    ] as const) {
      await ask(`AT+CMGS=${length}\r`);
      expect(await ask(`${text}\x1a`, 5000)).to.equal('\r\n+CMS ERROR: 304\r\n');
    }
    network.outage(MODEM, true);
    await ask(`AT+CMGS=${pdu.length}\r`);
    expect(await ask(`${typed}\x1a`, 5000)).to.equal('\r\n+CMS ERROR: 331\r\n');
  });

  it('+CMTI, +CMGR, +CMGL, +CMGD, +CPMS, and 321 for a place that is none', async () => {
    const { ask, network } = await terminal({ capacity: 3 });
    await ask('AT+CMEE=1\r');
    network.inject({ from: ANNA, to: MODEM, text: 'in', delayMs: 0 });
    expect(await ask('')).to.equal('\r\n+CMTI: "SM",1\r\n');
    const read = await ask('AT+CMGR=1\r');
    expect(read).to.match(/^\r\n\+CMGR: 0,"",\d+\r\n0[0-9A-F]+\r\n\r\nOK\r\n$/);
    expect(await ask('AT+CMGL=4\r')).to.include('+CMGL: 1,1,"",');
    expect(await ask('AT+CMGL=0\r')).to.equal('\r\nOK\r\n');
    expect(await ask('AT+CPMS?\r')).to.include('+CPMS: "SM",1,3');
    expect(await ask('AT+CMGD=1\r')).to.equal('\r\nOK\r\n');
    expect(await ask('AT+CMGR=1\r')).to.equal('\r\nOK\r\n');
    expect(await ask('AT+CMGR=4\r')).to.equal('\r\n+CMS ERROR: 321\r\n');
  });

  it('text mode, character sets, +CMGW and +CMSS', async () => {
    const { ask, network } = await terminal();
    const anna = network.person(ANNA);
    await ask('AT+CMGF=1;+CMEE=1\r');
    expect(await ask(`AT+CMGW="${ANNA}"\r`)).to.equal('\r\n> ');
    expect(await ask('later\x1a')).to.equal('\r\n+CMGW: 1\r\n\r\nOK\r\n');
    expect(await ask('AT+CMSS=1\r', 5000)).to.equal('\r\n+CMSS: 1\r\n\r\nOK\r\n');
    await ask('AT+CSCS="UCS2"\r');
    await ask(`AT+CMGS="${[...ANNA].map((c) => c.charCodeAt(0).toString(16).padStart(4, '0')).join('')}"\r`);
    expect(await ask('4F60597D\x1a', 5000)).to.include('OK');
    await ask('', 10_000);
    expect(anna.inbox.map((sms) => sms.text).sort()).to.deep.equal(['later', '你好']);
    network.inject({ from: ANNA, to: MODEM, text: 'hi', delayMs: 0 });
    await ask('AT+CSCS="IRA"\r');
    expect(await ask('AT+CMGR=2\r')).to.match(
      /\+CMGR: "REC UNREAD","\+8613900000002","","26\/11\/2\d,\d\d:\d\d:\d\d\+00"\r\nhi\r\n/,
    );
  });

  it('a full store refuses, the network waits and comes again', async () => {
    const { ask, network, sim } = await terminal({ capacity: 2 });
    for (let i = 0; i < 3; i++) network.inject({ from: ANNA, to: MODEM, text: `sms ${i}`, delayMs: i });
    await ask('', 2000);
    expect([sim.stored(), network.stats().waiting]).to.deep.equal([2, 1]);
    expect(await ask('AT+CMGD=1,4\r', 5000)).to.include('+CMTI: "SM",1');
    expect([sim.stored(), network.stats().waiting]).to.deep.equal([1, 0]);
  });
});

describe('host/sim/sim800: faults', () => {
  it('restarts in mid-command, loses its settings and keeps the SIM', async () => {
    const { ask, sim, network } = await terminal();
    network.inject({ from: ANNA, to: MODEM, text: 'kept', delayMs: 0 });
    await ask('');
    sim.faultNext('AT+CSQ', 'restart');
    const said = await ask('AT+CSQ\r', 6000);
    expect(said).to.include('RDY').and.not.include('+CSQ');
    expect(await ask('AT\r')).to.include('AT\r\r\nOK');
    expect(sim.stored()).to.equal(1);
  });

  it('under-voltage: a warning, then off', async () => {
    const { ask, sim } = await terminal();
    sim.setSupplyMv(3450);
    expect(await ask('')).to.equal('\r\nUNDER-VOLTAGE WARNNING\r\n');
    sim.setSupplyMv(3200);
    expect(await ask('')).to.equal('\r\nUNDER-VOLTAGE POWER DOWN\r\n');
    expect(await ask('AT\r')).to.equal('');
    expect(await (sim.powerOn(), ask('', 6000))).to.include('SMS Ready');
  });

  it('each seeded fault shows, and the same seed gives the same bytes', async () => {
    const run = async (): Promise<string> => {
      const { ask } = await terminal({
        faults: {
          urc: 0.3,
          split: 0.5,
          merge: 0.3,
          garbage: 0.3,
          corrupt: 0.2,
          error: 0.1,
          mute: 0.1,
          underVoltage: 0.1,
        },
      });
      let said = '';
      for (let i = 0; i < 60; i++) said += await ask('AT+CSQ\r', 500);
      return said;
    };
    const first = await run();
    expect(first).to.equal(await run());
    expect(first).to.match(/UNDER-VOLTAGE WARNNING/);
    expect(first).to.match(/RING|CIEV|CUSD/);
    expect(first).to.match(/ERROR/);
    expect(first).to.match(/[\x80-\xff]/);
  });
});
