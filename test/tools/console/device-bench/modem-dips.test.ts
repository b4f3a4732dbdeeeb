// Holds tools/console/device-bench/modem-dips against the simulated SIM800 behind a board at its prompt: a good supply,
// one that sags, one that breaks down on air, no modem, no network.
import { expect } from 'chai';
import { BOARD as TTGO } from '../../../../boards/ttgo-t-call/board';
import type { BytePort } from '../../../../host/kit/byte-port';
import { wire } from '../../../../host/sim/board/wire';
import { createGsmNetwork } from '../../../../host/sim/gsm';
import { createSim800, MODEM_KIND_NAMES, type ModemKindName, type Sim800 } from '../../../../host/sim/sim800';
import { boardNamed } from '../../../../tools/flash/boards';
import type { SpeedPort } from '../../../../tools/flash/lines/burst';
import { createBench, type Bench } from '../../../../tools/flash/model/interrupted';
import { judgeDips, measureDips, type ModemDips } from '../../../../tools/console/device-bench/modem-dips';

const NUMBER = '+8613900000001';
const PHONE = '+8613800000009';

interface Setup {
  sagMv?: number;
  supplyMv?: number;
  isAbsent?: boolean;
  hasNoSim?: boolean;
  smsTo?: string;
  kind?: ModemKindName;
  /** The modem's own speed; it takes AT+IPR unless it is deaf to it. */
  baud?: number;
  isStubborn?: boolean;
}

/** The board's end of a line to a modem of a speed of its own: at another, nothing that means anything passes. */
function atSpeed(line: BytePort, { baud = 19200, isStubborn }: Setup): SpeedPort {
  let modemBaud = baud;
  let boardBaud = baud;
  return {
    ...line,
    write(bytes) {
      if (boardBaud !== modemBaud) return line.write(bytes.map((byte) => byte | 0x80));
      line.write(bytes);
      const set = /AT\+IPR=(\d+)/.exec(Buffer.from(bytes).toString('latin1'));
      if (set && !isStubborn) modemBaud = Number(set[1]);
    },
    onData: (listener) =>
      line.onData((bytes) => listener(boardBaud === modemBaud ? bytes : bytes.map((byte) => byte | 0x80))),
    onClose: (listener) => line.onClose(listener),
    close: () => line.close(),
    async setBaud(next) {
      boardBaud = next;
    },
  };
}

async function measure(setup: Setup): Promise<{ dips?: ModemDips; code: string; texts: number }> {
  let sim800: Sim800 | undefined;
  let texts = 0;
  const bench: Bench = createBench({
    seed: 'dips',
    serials(runtime) {
      const [boardEnd, modemEnd] = wire(runtime, { baud: 19200 });
      const network = createGsmNetwork({ runtime, seed: 'dips' });
      network.person(PHONE).onSms(() => void texts++);
      if (!setup.isAbsent)
        sim800 = createSim800({
          runtime,
          seed: 'dips',
          number: NUMBER,
          network,
          port: modemEnd,
          faults: { sagMv: setup.sagMv ?? 0 },
          simPresent: !setup.hasNoSim,
          kind: setup.kind,
        });
      if (setup.supplyMv) sim800?.setSupplyMv(setup.supplyMv);
      return { Serial3: atSpeed(boardEnd, setup) };
    },
  });
  let dips: ModemDips | undefined;
  const code = await bench.atPrompt(async (prompt) => {
    dips = await measureDips(prompt, TTGO, bench.runtime, setup.smsTo);
  });
  return { ...(dips ? { dips } : {}), code, texts };
}

describe('device-bench: supply of the modem', () => {
  it('a good supply: nothing to complain of', async () => {
    const { dips, code, texts } = await measure({ smsTo: PHONE });
    expect(code).to.equal('done');
    expect(texts).to.equal(1);
    expect(dips).to.deep.equal({
      restMv: 4012,
      lowestMv: 4012,
      warnings: 0,
      restarts: 0,
      isRegistered: true,
      isSmsSent: true,
    });
    expect(judgeDips(dips!)).to.deep.equal([]);
  });
  for (const kind of MODEM_KIND_NAMES)
    it(`${kind}: its supply and its registration are read, and its restarts are seen`, async () => {
      const good = await measure({ kind });
      expect(good.dips).to.include({ restMv: 4012, lowestMv: 4012, restarts: 0, isRegistered: true });
      const bad = await measure({ kind, sagMv: 1000 });
      expect(bad.dips!.restarts).to.be.greaterThan(0);
    });
  it("a modem of another speed is set to the board's; one that keeps its own is named", async () => {
    const { dips, code } = await measure({ baud: 9600 });
    expect([code, dips?.wasBaud, dips?.isRegistered]).to.deep.equal(['done', 9600, true]);
    expect((await measure({ baud: 115200, isStubborn: true })).code).to.equal('modem-speed');
  });
  it('a supply that falls by 400 mV on air', async () => {
    const { dips } = await measure({ sagMv: 400 });
    expect(dips).to.include({ restMv: 4012, lowestMv: 3612, warnings: 0, restarts: 0 });
    expect(judgeDips(dips!).join()).to.match(/falls by 400 mV/);
  });
  it('a supply that falls below 3.5 V: the modem warns', async () => {
    const { dips } = await measure({ sagMv: 600 });
    expect(dips!.lowestMv).to.equal(3412);
    expect(dips!.warnings).to.be.greaterThan(0);
    expect(judgeDips(dips!).join())
      .to.match(/warned of low voltage/)
      .and.match(/falls to 3412 mV/);
  });
  it('a supply that breaks down: the modem restarts by itself', async () => {
    const { dips } = await measure({ sagMv: 1000 });
    expect(dips!.restarts).to.be.greaterThan(0);
    expect(judgeDips(dips!)[0]).to.match(/restarted by itself/);
  });
  it('a regulator set too low', async () => {
    const { dips } = await measure({ supplyMv: 3450 });
    expect(judgeDips(dips!).join()).to.match(/3450 mV with the radio off/);
  });
  it('no SIM, no modem, a board without modem pins: each its own word', async () => {
    const { dips } = await measure({ hasNoSim: true });
    expect(judgeDips(dips!).join()).to.match(/did not register/);
    expect((await measure({ isAbsent: true })).code).to.equal('modem-silent');
    const bench = createBench({ seed: 'linux' });
    expect(await bench.atPrompt((prompt) => measureDips(prompt, boardNamed('linux'), bench.runtime))).to.equal(
      'no-modem',
    );
  });
});
