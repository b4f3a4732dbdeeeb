// What a ceremony asks, tells and leaves behind: words asked back, noise that fails its tests, and secrets overwritten
// on every path.
// Spec: header comment of firmware/cold/console/ceremony.ts; NIST SP 800-90B 4.4 for the noise.
import { createHash, createHmac } from 'node:crypto';
import { mnemonicToSeedSync } from '@scure/bip39';
import { expect } from 'chai';
import { CANCEL_LINE, provision, restore, status, unlock, valueOf } from '../../../host/operator';
import { DICE, makeRig, PIN, type Rig } from '../rig';
import { withExport } from '../stub';

const HOST = new Uint8Array(32).map((_, i) => 77 + i);
const CHECKED = 6;

const entropy = { dice: DICE, hostEntropy: HOST, pin: PIN };
const sha256 = (...parts: Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

function setNoise(rig: Rig, take: (lenBytes: number) => Uint8Array): void {
  rig.cold.hal.noise.take = take;
}

const stuckAt =
  (octet: number) =>
  (lenBytes: number): Uint8Array =>
    new Uint8Array(lenBytes).fill(octet);

/** A ceremony whose answers may be other ones; its lines and questions, and how it ended. */
async function talk(
  rig: Rig,
  command: 'provision' | 'restore',
  words: string[],
  other: (question: string, n: number) => string | undefined = () => undefined,
): Promise<{ lines: string[]; questions: string[]; words: string[]; code: string }> {
  const lines: string[] = [];
  const questions: string[] = [];
  const shown: string[] = [];
  const dice = [DICE.slice(0, 60), DICE.slice(60), ''];
  const answer = (question: string): string | undefined => {
    questions.push(question);
    const given = other(question, questions.length);
    if (given !== undefined) return given;
    if (question.startsWith('dice')) return dice.shift();
    if (question.startsWith('host')) return Buffer.from(HOST).toString('hex');
    if (question.startsWith('words')) return words.join(' ');
    const check = /^check word (\d+)$/.exec(question);
    return check ? shown[Number(check[1]) - 1] : PIN;
  };
  const code = await rig.world
    .finish(
      rig.coldConsole.run(command, answer, (line) => {
        lines.push(line);
        const word = /^word \d+ ([a-z]+)$/.exec(line);
        if (word) shown.push(word[1]);
      }),
    )
    .then(
      () => '',
      (error) => error.code,
    );
  return { lines, questions, words: shown, code };
}

const stateOf = async (rig: Rig): Promise<string> => valueOf(await rig.world.finish(status(rig.coldConsole)), 'state');

describe('cold/ceremony: words asked back', () => {
  it(`asks ${CHECKED} of 24, none twice, others for another seed`, async () => {
    const chosen = new Set<string>();
    for (let n = 0; n < 12; n++) {
      const rig = makeRig();
      setNoise(rig, stuckAt(n));
      const { questions, code } = await talk(rig, 'provision', []);
      const asked = questions
        .filter((question) => question.startsWith('check word '))
        .map((question) => Number(question.slice(11)));
      expect(code).to.equal('');
      expect(asked).to.have.length(CHECKED);
      expect(new Set(asked).size).to.equal(CHECKED);
      asked.forEach((word) => expect(word).to.be.within(1, 24));
      chosen.add(asked.join());
    }
    expect(chosen.size).to.equal(12);
  });

  for (let wrong = 1; wrong <= CHECKED; wrong++) {
    it(`keeps nothing when answer ${wrong} of them is wrong`, async () => {
      const rig = makeRig();
      let n = 0;
      expect(
        (
          await talk(rig, 'provision', [], (question) =>
            question.startsWith('check word') && ++n === wrong ? 'wrong' : undefined,
          )
        ).code,
      ).to.equal('word-wrong');
      expect(await stateOf(rig)).to.equal('factory');
      expect(rig.cold.flash.cells.every((cell) => cell === 255)).to.equal(true);
    });
  }
});

describe('cold/ceremony: noise', () => {
  const GOOD = 'noise passed its health tests';
  const CASES: [name: string, take: (lenBytes: number) => Uint8Array, line: string][] = [
    ['stuck', stuckAt(0), 'noise mixed in but not counted: noise-repetition'],
    [
      'lopsided',
      (lenBytes) => Uint8Array.from({ length: lenBytes }, (_, i) => (i % 3 ? 7 : i & 255)).fill(7, 0, 1),
      'noise mixed in but not counted: noise-proportion',
    ],
    ['good', (lenBytes) => Uint8Array.from({ length: lenBytes }, (_, i) => (i * 167 + (i >> 3)) & 255), GOOD],
  ];

  for (const [name, take, line] of CASES) {
    it(`${name}: a new seed is made and the console says "${line}"`, async () => {
      const rig = makeRig();
      setNoise(rig, take);
      const { lines, code } = await talk(rig, 'provision', []);
      expect([code, lines.filter((each) => each.startsWith('noise '))]).to.deep.equal(['', [line]]);
    });

    it(`${name}: a seed is restored and the console says "${line}"`, async () => {
      const made = await talk(makeRig(), 'provision', []);
      const rig = makeRig();
      setNoise(rig, take);
      const { lines, code } = await talk(rig, 'restore', made.words);
      expect([code, lines.filter((each) => each.startsWith('noise '))]).to.deep.equal(['', [line]]);
    });
  }

  it('is mixed in although it fails, and dice and host make the seed good without it', async () => {
    const seeds = new Set<string>();
    for (const [octet, host] of [
      [0, HOST],
      [1, HOST],
      [0, new Uint8Array(32)],
    ] as const) {
      const rig = makeRig();
      setNoise(rig, stuckAt(octet));
      const { words } = await rig.world.finish(provision(rig.coldConsole, { ...entropy, hostEntropy: host }));
      seeds.add(words.join(' '));
      const { entropyToMnemonic } = await import('@scure/bip39');
      const { wordlist } = await import('@scure/bip39/wordlists/english');
      const expected = sha256(
        Buffer.from('chaincloud ceremony v1\n'),
        sha256(Buffer.from(DICE)),
        host,
        new Uint8Array(512).fill(octet),
      );
      expect(words.join(' ')).to.equal(entropyToMnemonic(expected, wordlist));
    }
    expect(seeds.size).to.equal(3);
  });

  it('the generator of a board whose noise is stuck repeats itself at no start and on no other board', async () => {
    const states = new Set<string>();
    const { words } = await talk(makeRig(), 'provision', []);
    for (const host of [HOST, new Uint8Array(32)]) {
      const rig = makeRig();
      setNoise(rig, stuckAt(0));
      await withExport(
        require('../../../firmware/crypto/cipher/drbg'),
        'drbgGenerate',
        (right) =>
          (...args: unknown[]) => {
            const octets = right(...args);
            states.add(Buffer.from(octets).toString('hex'));
            return octets;
          },
        async () => {
          const before = states.size;
          await rig.world.finish(restore(rig.coldConsole, { ...entropy, hostEntropy: host, words }));
          for (let start = 0; start < 3; start++) {
            rig.coldOff();
            rig.coldOn();
            await rig.world.finish(unlock(rig.coldConsole, PIN));
          }
          expect(states.size - before).to.be.at.least(4);
        },
      );
    }
    // The self-test's own answer is the one that repeats.
    expect(states.size).to.be.at.least(9);
  });
});

/** Runs `work` and answers every array that the ceremony's helpers have made meanwhile. */
async function gathering(rig: Rig, work: () => Promise<void>): Promise<Uint8Array[]> {
  const made: Uint8Array[] = [];
  const keep =
    (right: any) =>
    (...args: unknown[]) => {
      const result = right(...args);
      if (result instanceof Uint8Array) made.push(result);
      return result;
    };
  const take = rig.cold.hal.noise.take;
  setNoise(rig, (lenBytes) => keep(take)(lenBytes));
  const crypto = '../../../firmware/crypto/';
  const modules: [string, string][] = [
    [`${crypto}bytes`, 'concatBytes'],
    [`${crypto}bytes`, 'textBytes'],
    [`${crypto}bytes`, 'copyBytes'],
    [`${crypto}hash/hmac`, 'hmacSha256'],
    [`${crypto}hash/sha256`, 'sha256'],
    [`${crypto}wallet/bip39`, 'bip39Seed'],
    [`${crypto}wallet/bip39`, 'mnemonicDecode'],
    ['../../../firmware/console/hex', 'bytesOfHex'],
  ];
  const nest = (n: number): Promise<void> =>
    n === modules.length ? work() : withExport(require(modules[n][0]), modules[n][1], keep, () => nest(n + 1));
  await nest(0);
  return made;
}

describe('cold/ceremony: what it leaves behind', () => {
  const NOISE = new Uint8Array(512).map((_, i) => (i * 167 + (i >> 3)) & 255);
  const dice = sha256(Buffer.from(DICE));
  const fresh = createHmac('sha256', Buffer.concat([dice, HOST]))
    .update('generator')
    .update(NOISE)
    .digest();
  const seedEntropy = sha256(Buffer.from('chaincloud ceremony v1\n'), dice, HOST, NOISE);

  const isCheck = (question: string): boolean => question.startsWith('check word');
  const PATHS: [
    name: string,
    command: 'provision' | 'restore',
    code: string,
    other: (question: string, rig: Rig) => string | undefined,
  ][] = [
    ['a new seed', 'provision', '', () => undefined],
    ['a restored seed', 'restore', '', () => undefined],
    ['a wrong word', 'provision', 'word-wrong', (question) => (isCheck(question) ? 'wrong' : undefined)],
    ['a PIN too short', 'provision', 'pin-length', (question) => (question.startsWith('PIN') ? '123' : undefined)],
    ['PINs that differ', 'restore', 'pin-differs', (question) => (question === 'PIN again' ? '918273' : undefined)],
    ['given up at a word', 'provision', 'line-long', (question) => (isCheck(question) ? CANCEL_LINE : undefined)],
    [
      'given up at the PIN',
      'restore',
      'line-long',
      (question) => (question.startsWith('PIN') ? CANCEL_LINE : undefined),
    ],
    [
      'a word list that has gone',
      'provision',
      'no-words',
      (question, rig) => {
        if (question.startsWith('host')) rig.cold.files.delete('words');
        return undefined;
      },
    ],
    [
      'flash that does not take it',
      'provision',
      'flash-failed',
      (question, rig) => {
        if (question === 'PIN again')
          rig.cold.flash.writeBytes = () => {
            throw Object.assign(new Error('it does not hold'), { code: 'flash-failed' });
          };
        return undefined;
      },
    ],
    [
      'flash that fails at the ready mark',
      'restore',
      'flash-failed',
      (question, rig) => {
        const right = rig.cold.flash.writeBytes.bind(rig.cold.flash);
        if (question === 'PIN again')
          rig.cold.flash.writeBytes = (offset, bytes) => {
            if (offset === 64) throw Object.assign(new Error('it does not hold'), { code: 'flash-failed' });
            right(offset, bytes);
          };
        return undefined;
      },
    ],
  ];

  for (const [name, command, code, other] of PATHS) {
    it(name, async () => {
      const { words } = await talk(makeRig(), 'provision', []);
      const rig = makeRig();
      setNoise(rig, (lenBytes) => NOISE.slice(0, lenBytes));
      let shown = words;
      const made = await gathering(rig, async () => {
        const said = await talk(rig, command, words, (question) => other(question, rig));
        expect(said.code).to.equal(code);
        if (command === 'provision' && said.words.length) shown = said.words;
      });
      const seed = mnemonicToSeedSync(shown.join(' '));
      expect(made.length).to.be.greaterThan(10);
      for (const [what, secret] of Object.entries({
        host: HOST,
        dice,
        fresh,
        seedEntropy,
        noise: NOISE,
        words: Buffer.from(shown.join(' ')),
        seed,
        rolls: Buffer.from(DICE),
      })) {
        expect(
          made.some((array) => Buffer.from(array).includes(Buffer.from(secret))),
          what,
        ).to.equal(false);
      }
      expect(await stateOf(rig)).to.equal(code ? 'factory' : 'unlocked');
      if (code) {
        rig.cold.flash.writeBytes = Object.getPrototypeOf(rig.cold.flash).writeBytes;
        rig.coldOff();
        rig.coldOn();
        expect(await stateOf(rig)).to.equal('factory');
      }
      expect(rig.world.errors).to.deep.equal([]);
    }).timeout(60_000);
  }

  it('after flash that failed the same board makes a key without a restart', async () => {
    const rig = makeRig();
    const right = rig.cold.flash.writeBytes.bind(rig.cold.flash);
    rig.cold.flash.writeBytes = (offset, bytes) => {
      if (offset === 64) throw Object.assign(new Error('it does not hold'), { code: 'flash-failed' });
      right(offset, bytes);
    };
    expect((await talk(rig, 'provision', [])).code).to.equal('flash-failed');
    rig.cold.flash.writeBytes = right;
    expect((await talk(rig, 'provision', [])).code).to.equal('');
    expect(await stateOf(rig)).to.equal('unlocked');
  });
});
