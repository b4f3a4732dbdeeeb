// Attack (I6): a primitive that computes wrongly (a fault, a changed image): the board makes no key, opens nothing and
// signs nothing. Each primitive that HSM-Cold uses is made wrong by one bit, one letter or one verdict.
// Invariants: 1, 6 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { provision, restore, status, unlock, valueOf } from '../../host/operator';
import { MSG_COLD_STATUS } from '../../protocol/wire';
import { channelRig, DICE, makeRig, PIN, readyRig, type Rig } from '../firmware/rig';
import { withExport } from '../firmware/stub';

/** The same with its first octet, letter, verdict or part changed. */
function wrong(value: any): any {
  if (value instanceof Uint8Array) return Uint8Array.from(value, (byte, i) => (i ? byte : byte ^ 1));
  if (typeof value === 'string') return `${value.slice(0, -1)}${value.endsWith('q') ? 'p' : 'q'}`;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.map(wrong);
  const changed = Object.keys(value).find((key) => value[key] instanceof Uint8Array)!;
  return { ...value, [changed]: wrong(value[changed]) };
}

type Row = [module: string, name: string, step: string, make?: (right: any) => unknown];

/** Found at each start. */
const AT_START: Row[] = [
  ['hash/sha256', 'sha256', 'sha256'],
  ['hash/sha512', 'sha512', 'sha512'],
  ['hash/ripemd160', 'ripemd160', 'ripemd160'],
  ['hash/hmac', 'hmacSha256', 'hmac'],
  ['hash/hmac', 'hmacSha512', 'hmac'],
  ['hash/hmac', 'hkdfSha256', 'hkdf'],
  ['hash/hmac', 'pbkdf2Sha512', 'pbkdf2'],
  ['cipher/aes', 'aes256Ctr', 'aes'],
  ['cipher/aes', 'seal', 'aes'],
  ['cipher/aes', 'open', 'aes'],
  ['cipher/aes', 'open', 'aes', () => () => new Uint8Array([97, 98, 99])],
  ['cipher/drbg', 'drbgInit', 'drbg'],
  ['cipher/drbg', 'drbgGenerate', 'drbg'],
  ['sign/ecdsa', 'ecdsaSignRecoverable', 'sign'],
  ['curve/affine', 'isOnCurve', 'sign'],
  ['sign/ecdsa', 'pubkeyCreate', 'bip32'],
  ['wallet/bip32', 'privFromSeed', 'bip32'],
  ['wallet/bip32', 'ckdPriv', 'bip32'],
];
/** Found at each start of a board that has keys: what its day needs beside. */
const AT_START_PROVISIONED: Row[] = [
  ['sign/ecdsa', 'ecdsaVerify', 'verify', () => () => false],
  ['sign/ecdh', 'ecdh', 'ecdh'],
];
/** Found before a key is made. */
const AT_CEREMONY: Row[] = [
  ['sign/ecdsa', 'ecdsaVerify', 'verify', () => () => false],
  ['sign/ecdsa', 'ecdsaVerify', 'forged', () => () => true],
  ['sign/ecdh', 'ecdh', 'ecdh'],
  ['hash/ripemd160', 'hash160', 'address'],
  ['wallet/address', 'addressOfHash', 'address'],
  ['wallet/address', 'addressToScript', 'address'],
  ['wallet/bech32', 'segwitEncode', 'address'],
  ['wallet/bech32', 'segwitDecode', 'address'],
  ['wallet/base58', 'base58checkEncode', 'address'],
  ['wallet/base58', 'base58checkDecode', 'address'],
  ['wallet/bip32', 'ckdPub', 'public'],
  ['wallet/batch', 'batchSlice', 'public'],
  ['wallet/bip39', 'bip39Seed', 'bip39'],
  ['hash/sha256-running', 'sha256Final', 'pieces'],
  ['sign/sighash', 'segwitSighashDigest', 'sighash'],
  ['wallet/bip39', 'mnemonicEncode', 'words'],
  ['wallet/bip39', 'mnemonicDecode', 'words'],
];

const entropy = { dice: DICE, hostEntropy: new Uint8Array(32), pin: PIN };

async function provisioning(rig: Rig): Promise<{ code: string; message: string }> {
  return rig.world.finish(provision(rig.coldConsole, entropy)).then(
    () => ({ code: 'provisioned', message: '' }),
    (error) => error,
  );
}

const isBlank = (rig: Rig): boolean => rig.cold.flash.cells.every((cell) => cell === 255);

function withWrong([module, name, , make]: Row, work: () => Promise<void>): Promise<void> {
  return withExport(
    require(`../../firmware/crypto/${module}`),
    name,
    make ??
      ((right) =>
        (...args: unknown[]) =>
          wrong(right(...args))),
    work,
  );
}

describe('attack: failed selftest', () => {
  for (const row of AT_START) {
    it(`${row[1]}: a new board does nothing and makes no key`, () =>
      withWrong(row, async () => {
        const rig = makeRig();
        expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('selftest-failed');
        expect((await provisioning(rig)).code).to.equal('selftest-failed');
        expect(isBlank(rig)).to.equal(true);
      })).timeout(60_000);
  }

  for (const row of AT_START_PROVISIONED) {
    it(`${row[1]}: a provisioned board does nothing after its start`, async () => {
      const rig = await readyRig();
      await withWrong(row, async () => {
        rig.coldOff();
        rig.coldOn();
        expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('selftest-failed');
      });
    }).timeout(60_000);
  }

  for (const row of AT_CEREMONY) {
    it(`${row[1]}: the ceremony stops at step ${row[2]} and makes no key`, () =>
      withWrong(row, async () => {
        const rig = makeRig();
        expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('factory');
        const error = await provisioning(rig);
        expect([error.code, error.message]).to.deep.equal(['selftest-failed', `selftest-failed: ${row[2]}`]);
        expect(valueOf(await rig.world.finish(status(rig.coldConsole)), 'state')).to.equal('selftest-failed');
        expect((await provisioning(rig)).code).to.equal('selftest-failed');
        expect(isBlank(rig)).to.equal(true);
      })).timeout(60_000);
  }

  it('a table of multiples with one other bit makes no key', async () => {
    const rig = makeRig();
    const part = new Uint8Array(
      (require('../../firmware/crypto/curve/comb') as { combParts: ArrayBuffer[] }).combParts[1],
    );
    part[part.length - 70] ^= 4;
    const error = await provisioning(rig);
    part[part.length - 70] ^= 4;
    expect([error.message, isBlank(rig)]).to.deep.equal(['selftest-failed: comb', true]);
  });

  it('a word list with one other letter makes no key, and one that is not there says so', async () => {
    const rig = makeRig();
    rig.cold.files.get('words')![5000] ^= 1;
    expect((await provisioning(rig)).message).to.equal('selftest-failed: words');
    const other = makeRig();
    other.cold.files.delete('words');
    expect((await provisioning(other)).code).to.equal('no-words');
    expect([isBlank(rig), isBlank(other)]).to.deep.equal([true, true]);
  });

  it('a restored seed is no exception', () =>
    withWrong(AT_CEREMONY[2], async () => {
      const rig = makeRig();
      const error: any = await rig.world
        .finish(restore(rig.coldConsole, { ...entropy, words: [...'x'.repeat(24)] }))
        .catch((e) => e);
      expect([error.code, isBlank(rig)]).to.deep.equal(['selftest-failed', true]);
    }));

  it('a provisioned one opens nothing and replies to nobody', async () => {
    const rig = await readyRig();
    await withWrong(AT_START[2], async () => {
      rig.coldOff();
      rig.coldOn();
      expect((await rig.world.finish(unlock(rig.coldConsole, PIN)).catch((e) => e)).code).to.equal('selftest-failed');
      expect((await rig.ask(MSG_COLD_STATUS, [], 30_000).catch((e) => e)).code).to.not.equal(undefined);
    });
  }).timeout(180_000);

  it('an unlocked one whose console finds it out is locked', async () => {
    const rig = await channelRig();
    expect(
      (await rig.world.finish(rig.coldConsole.run('selftest'))).filter((line) => line.startsWith('selftest ')),
    ).to.have.length(20);
    await withWrong(AT_CEREMONY[2], async () => {
      expect((await rig.world.finish(rig.coldConsole.run('selftest')).catch((e) => e)).code).to.equal(
        'selftest-failed',
      );
      expect((await rig.ask(MSG_COLD_STATUS, []))[0], 'device state').to.equal(2);
    });
    expect((await rig.world.finish(unlock(rig.coldConsole, PIN)).catch((e) => e)).code).to.equal('selftest-failed');
  }).timeout(180_000);
});
