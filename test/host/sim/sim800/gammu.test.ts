// Other people's software on the simulated SIM800: gammu (Debian) over a pseudo-terminal identifies it, sends and
// receives. Skipped, with the reason, where gammu or pseudo-terminals are missing.
import { expect } from 'chai';
import { execFile, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { realRuntime } from '../../../../host/kit/runtime';
import { createGsmNetwork, type GsmNetwork } from '../../../../host/sim/gsm';
import { createSim800OnPty, type PtyModem } from '../../../../host/sim/sim800';

const MODEM = '+8613800000001';
const ANNA = '+8613900000002';

describe('host/sim/sim800: gammu over a pty', function () {
  this.timeout(60_000);
  let dir: string;
  let network: GsmNetwork;
  let modem: PtyModem | undefined;

  before(function () {
    if (spawnSync('gammu', ['--version']).error) {
      console.log('      gammu is not installed (Debian package gammu): skipped');
      this.skip();
    }
    const runtime = realRuntime();
    network = createGsmNetwork({ runtime, seed: 'gammu', delayMs: { min: 20, max: 50 } });
    try {
      modem = createSim800OnPty(runtime, network, MODEM, 'gammu');
    } catch (error) {
      console.log(`      ${(error as Error).message}: skipped`);
      this.skip();
    }
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-gammu-'));
    fs.writeFileSync(path.join(dir, 'rc'), `[gammu]\ndevice = ${modem.path}\nconnection = at115200\n`);
  });

  after(() => {
    modem?.close();
    if (dir) fs.rmSync(dir, { recursive: true, force: true });
  });

  function gammu(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile('gammu', ['-c', path.join(dir, 'rc'), ...args], { timeout: 30_000 }, (error, stdout, stderr) =>
        error ? reject(new Error(`${stdout}${stderr}`)) : resolve(stdout),
      );
    });
  }

  it('identifies the modem', async () => {
    const said = await gammu('identify');
    expect(said).to.match(/Manufacturer +: SIMCOM_Ltd/);
    expect(said).to.match(/SIMCOM_SIM800L/);
    expect(said).to.match(/IMEI +: 868120203456781/);
  });

  it('sends an SMS', async () => {
    const anna = network.person(ANNA);
    const arrived = new Promise<void>((resolve) => anna.onSms(() => resolve()));
    await gammu('sendsms', 'TEXT', ANNA, '-text', 'hello from gammu {€}');
    await arrived;
    expect(anna.inbox[0]).to.deep.include({ from: MODEM, text: 'hello from gammu {€}' });
  });

  it('reads what has come in, and deletes it', async () => {
    network.inject({ from: ANNA, to: MODEM, text: 'Grüße 你好', delayMs: 0 });
    network.inject({ from: 'Bank', to: MODEM, text: 'one @ home', delayMs: 0 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const said = await gammu('getallsms');
    expect(said).to.include('Grüße 你好');
    expect(said).to.include('one @ home');
    expect(said).to.match(/Remote number +: "Bank"/);
    await gammu('deleteallsms', '1');
    expect(modem!.sim.stored()).to.equal(0);
  });
});
