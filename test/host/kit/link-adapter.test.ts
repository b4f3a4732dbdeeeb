/**
 * host/kit/link-adapter.ts and host/kit/protocol-crypto.ts: the host's side of the interfaces that protocol/ names.
 * Neighbours of a clock that runs back, each wait that it could hold: the modem driver's clock and a line held by XOFF
 * (here), the parts of long SMS (../modem/modem.test.ts), the fee estimate (../api/payments/fees.test.ts), a rate limit
 * (../api/http/rate-limit.test.ts), V's own clock (../vdevice).
 */
import { createECDH, createHash, createHmac, hkdfSync } from 'node:crypto';
import { expect } from 'chai';
import { clockOf, uartOf } from '../../../host/kit/link-adapter';
import { runtimeClock } from '../../../host/modem/hal';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import type { BytePort } from '../../../host/kit/byte-port';
import type { Runtime } from '../../../host/kit/runtime';
import { createLine, XOFF_LIMIT_MS } from '../../../tools/flash/prompt/line';
import { XOFF } from '../../../tools/flash/prompt/packets';

const hex = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(bytes as Uint8Array).toString('hex');

describe('a Runtime as a Clock', () => {
  const make = () => {
    const state = { nowMs: 1_000_000, timers: [] as { fn: () => void; isCancelled: boolean; delayMs: number }[] };
    const runtime: Runtime = {
      nowMs: () => state.nowMs,
      random: (n) => new Uint8Array(n),
      track: (work) => work,
      after(delayMs, fn) {
        const timer = { fn: () => void fn(), isCancelled: false, delayMs };
        state.timers.push(timer);
        return { cancel: () => void (timer.isCancelled = true) };
      },
    };
    return { state, runtime, clock: clockOf(runtime) };
  };

  it('counts from 0 and never goes back when the wall clock does', () => {
    const { state, clock } = make();
    expect(clock.uptimeMs()).to.equal(0);
    state.nowMs += 500;
    expect(clock.uptimeMs()).to.equal(500);
    state.nowMs -= 3_600_000;
    expect(clock.uptimeMs()).to.equal(500);
    state.nowMs += 20;
    expect(clock.uptimeMs()).to.equal(520);
  });

  it('the modem driver’s clock is the same: it never goes back either', () => {
    const { state } = make();
    const runtime: Runtime = {
      nowMs: () => state.nowMs,
      random: (n) => new Uint8Array(n),
      track: (work) => work,
      after: () => ({ cancel: () => undefined }),
    };
    const clocks = [clockOf(runtime), runtimeClock(runtime)];
    state.nowMs += 60_000;
    expect(clocks.map((clock) => clock.uptimeMs())).to.deep.equal([60_000, 60_000]);
    state.nowMs -= 3_600_000;
    expect(clocks.map((clock) => clock.uptimeMs())).to.deep.equal([60_000, 60_000]);
  });

  it('a line held by XOFF goes on when the wall clock was set back meanwhile', () => {
    const { state, runtime } = make();
    let hear = (_bytes: Uint8Array): void => undefined;
    const written: string[] = [];
    const port = {
      write: (bytes: Uint8Array) => void written.push(Buffer.from(bytes).toString()),
      onData: (listener: (bytes: Uint8Array) => void) => void (hear = listener),
      onClose: () => undefined,
      close: () => undefined,
    } as unknown as BytePort;
    const line = createLine(port, runtime);
    hear(Uint8Array.of(XOFF));
    line.send('on');
    state.nowMs -= 3_600_000;
    for (let i = 0; i < 4; i++) {
      state.nowMs += XOFF_LIMIT_MS;
      for (const timer of state.timers.splice(0)) timer.fn();
    }
    expect(written).to.deep.equal(['on']);
  });

  it('runs a timer once, cancels by id, forgets both', () => {
    const { state, clock } = make();
    let runs = 0;
    const first = clock.after(10, () => runs++);
    const second = clock.after(20, () => runs++);
    expect(first).to.not.equal(second);
    clock.cancel(second);
    state.timers[0].fn();
    expect([runs, state.timers[1].isCancelled]).to.deep.equal([1, true]);
    clock.cancel(first);
    clock.cancel(12_345);
    expect(state.timers[0].isCancelled).to.equal(false);
  });
});

describe('a BytePort as a Uart', () => {
  it('passes bytes both ways and drops what is written after the end', () => {
    const written: Uint8Array[] = [];
    let close: ((error?: Error) => void) | undefined;
    let data: ((bytes: Uint8Array) => void) | undefined;
    const port: BytePort = {
      write: (bytes) => void written.push(bytes),
      onData: (fn) => void (data = fn),
      onClose: (fn) => void (close = fn),
      close: () => undefined,
    };
    const uart = uartOf(port);
    const seen: number[] = [];
    uart.onData((bytes) => seen.push(...bytes));
    data!(new Uint8Array([1, 2]));
    uart.write(new Uint8Array([3]));
    close!();
    uart.write(new Uint8Array([4]));
    expect([seen, written.map((b) => [...b])]).to.deep.equal([[1, 2], [[3]]]);
  });
});

describe('the protocol’s primitives on the host, against node:crypto', () => {
  const crypto = protocolCrypto((n) => new Uint8Array(n).fill(1));
  const data = new TextEncoder().encode('chaincloud');
  const key = new Uint8Array(32).fill(9);

  it('hashes', () => {
    expect(hex(crypto.sha256(data))).to.equal(createHash('sha256').update(data).digest('hex'));
    expect(hex(crypto.hmacSha256(key, data))).to.equal(createHmac('sha256', key).update(data).digest('hex'));
    expect(hex(crypto.hkdfSha256(key, data, new Uint8Array([5]), 96))).to.equal(
      hex(hkdfSync('sha256', key, data, new Uint8Array([5]), 96)),
    );
    expect(hex(crypto.hkdfSha256(new Uint8Array(0), data, new Uint8Array(0), 96))).to.equal(
      hex(hkdfSync('sha256', new Uint8Array(0), data, new Uint8Array(0), 96)),
    );
  });

  it('AES-256-CTR: NIST SP 800-38A F.5.5, and back', () => {
    const nistKey = new Uint8Array(
      Buffer.from('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', 'hex'),
    );
    const iv = new Uint8Array(Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', 'hex'));
    const plain = new Uint8Array(
      Buffer.from('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51', 'hex'),
    );
    const sealed = crypto.aes256Ctr(nistKey, iv, plain);
    expect(hex(sealed)).to.equal('601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5');
    expect(crypto.aes256Ctr(nistKey, iv, sealed)).to.deep.equal(plain);
  });

  it('points: public keys, shared points, and what is no point or no key', () => {
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(Buffer.from(key));
    expect(hex(crypto.pubkeyCreate(key))).to.equal(ecdh.getPublicKey('hex', 'compressed'));
    const other = crypto.pubkeyCreate(new Uint8Array(32).fill(4));
    expect(hex(crypto.ecdh(other, key)).slice(2)).to.equal(ecdh.computeSecret(Buffer.from(other)).toString('hex'));
    expect(crypto.ecdh(other, key)).to.have.length(33);
    const code = (run: () => unknown): unknown => {
      try {
        run();
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'accepted';
    };
    const offCurve = new Uint8Array(33).fill(0);
    offCurve.set([2, 5]);
    for (const pub of [new Uint8Array(33), new Uint8Array(32), offCurve.fill(0xff, 1), new Uint8Array(65)])
      expect(code(() => crypto.ecdh(pub, key))).to.equal('bad-point');
    for (const priv of [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(31)]) {
      expect(code(() => crypto.ecdh(other, priv))).to.equal('bad-scalar');
      expect(code(() => crypto.pubkeyCreate(priv))).to.equal('bad-scalar');
    }
  });
});
