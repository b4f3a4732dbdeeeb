// Every tag that a request over the link can be refused with, in one table: each is provoked here, through HSM-Hot, and
// SPEC.md 5.3 has the same tags. A tag in the sources that is not in the table fails as well.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'chai';
import {
  MSG_ATTEST,
  MSG_SIGN_BEGIN,
  MSG_SIGN_FINISH,
  MSG_SIGN_INPUT,
  MSG_SIGN_RESULT,
  REFUSAL_NAMES,
} from '../../../protocol/wire';
import { begin, beginFields, internal, makeCoin, out, pay, refusalOf, sendCoin, type Payment } from '../payments';
import { channelRig, makeRig, readyRig, START_S, type Rig, type RigOptions } from '../rig';

const ROOT = path.resolve(__dirname, '../../../..');
const MANY = Array.from({ length: 60 }, (_, n) => out(20_000, n + 1)).join(';');

const payment = (rig: Rig, more: Partial<Payment> = {}): Payment => ({
  userTxNo: '1',
  outs: out(50_000),
  coins: [makeCoin(rig, { sats: 100_000 })],
  feeSats: 1000,
  ...more,
});
const paying =
  (more: (rig: Rig) => Partial<Payment>) =>
  (rig: Rig): Promise<unknown> =>
    pay(rig, payment(rig, more(rig)));
const twice =
  (more: (rig: Rig) => Partial<Payment>) =>
  async (rig: Rig): Promise<unknown> => {
    const first = payment(rig);
    await pay(rig, first);
    return pay(rig, { ...first, ...more(rig) });
  };
const policy = (limits: object): RigOptions => ({ account: { policy: limits } });
/** A minute of the day that is not now. */
const minute = (Math.floor((START_S % 86400) / 60) + 600) % 1430;

/** [tag, name of the refusal, how it comes about, on which rig]. */
const TABLE: [
  tag: string,
  name: string,
  provoke: (rig: Rig) => Promise<unknown>,
  rig?: RigOptions | 'ready' | 'new',
][] = [
  [
    'account-closed',
    'account-closed',
    async (rig) => {
      await refusalOf(pay(rig, payment(rig, { authority: new Uint8Array(32) })));
      return pay(rig, payment(rig));
    },
  ],
  ['bad-authority', 'bad-authority', paying(() => ({ authority: new Uint8Array(32) }))],
  ['bad-fee', 'bad-fee', paying(() => ({ feeSats: 60_000 })), { account: { policy: { maxFeerateSatVb: 0 } } }],
  ['bad-locktime', 'bad-input', paying(() => ({ locktime: 1_900_000_000 }))],
  ['bad-outs', 'bad-outs', paying(() => ({ outs: `${out(50_000)};` }))],
  ['bad-prev-tx', 'bad-prev-tx', paying((rig) => ({ coins: [{ ...makeCoin(rig, { sats: 100_000 }), vout: 9 }] }))],
  ['bad-request', 'bad-request', (rig) => rig.ask(MSG_SIGN_BEGIN, [1])],
  ['bad-sequence', 'bad-input', paying(() => ({ sequence: 144 }))],
  [
    'bad-state',
    'bad-state',
    async (rig) => {
      await begin(rig, payment(rig));
      return rig.ask(MSG_SIGN_RESULT, [0]);
    },
  ],
  ['change-gap', 'bad-input', paying(() => ({ changeIndex: 20 }))],
  [
    'large-rate',
    'rate',
    async (rig) => {
      await begin(rig, payment(rig, { outs: MANY }));
      return begin(rig, payment(rig, { outs: MANY }));
    },
  ],
  [
    'locked',
    'locked',
    async (rig) => {
      await rig.world.finish(rig.coldConsole.run('lock'));
      return pay(rig, payment(rig));
    },
  ],
  ['no-account', 'no-account', (rig) => rig.ask(MSG_SIGN_BEGIN, [5, ...beginFields(rig, payment(rig)).slice(1)])],
  ['no-channel', 'no-channel', paying(() => ({ channelId: 4_000_000 }))],
  ['no-common-coin', 'conflict', twice((rig) => ({ coins: [makeCoin(rig, { sats: 100_000, index: 1 })] }))],
  ['no-signing', 'bad-state', (rig) => rig.ask(MSG_SIGN_FINISH, [])],
  ['not-own-coin', 'bad-input', paying((rig) => ({ coins: [makeCoin(rig, { sats: 100_000, side: 'cold' })] }))],
  [
    'not-paired',
    'cold-unreachable',
    async (rig) => {
      await rig.world.until(() => rig.peer.isUp());
      return rig.ask(MSG_ATTEST, [0, 1, 0]);
    },
    'new',
  ],
  ['not-ready', 'not-ready', (rig) => rig.ask(MSG_ATTEST, [0, 1, 77]), 'ready'],
  [
    'policy-clock',
    'policy',
    async (rig) => {
      (rig.cold.hal.clock as { wallSeconds(): number }).wallSeconds = () => 0;
      return pay(rig, payment(rig));
    },
    policy({ fromMinute: minute, toMinute: minute + 1 }),
  ],
  [
    'policy-count',
    'policy',
    async (rig) => {
      await pay(rig, payment(rig));
      return pay(rig, payment(rig, { userTxNo: '2' }));
    },
    policy({ windowMaxCount: 1 }),
  ],
  [
    'policy-destination',
    'policy',
    paying(() => ({})),
    { account: { policy: { isAllowListOnly: true }, allowList: [out(1, 3).split(',')[0]] } },
  ],
  ['policy-dust', 'policy', paying(() => ({})), policy({ minOutputSats: 50_001 })],
  ['policy-fee-rate', 'policy', paying(() => ({})), policy({ maxFeerateSatVb: 1 })],
  ['policy-fee-velocity', 'policy', paying(() => ({})), policy({ windowMaxFeeSats: 999 })],
  ['policy-max-fee', 'policy', paying(() => ({ maxFeeSats: 999 }))],
  ['policy-outputs', 'policy', paying(() => ({ outs: `${out(20_000)};${out(20_000, 2)}` })), policy({ maxOutputs: 1 })],
  ['policy-time', 'policy', paying(() => ({})), policy({ fromMinute: minute, toMinute: minute + 1 })],
  ['policy-tx-amount', 'policy', paying(() => ({})), policy({ txMaxSats: 49_999 })],
  ['policy-tx-fee', 'policy', paying(() => ({})), policy({ txMaxFeeSats: 999 })],
  ['policy-velocity', 'policy', paying(() => ({})), policy({ windowMaxSats: 49_999 })],
  [
    'prev-tx-hash',
    'bad-prev-tx',
    paying((rig) => ({ coins: [{ ...makeCoin(rig, { sats: 100_000 }), txid: 'ab'.repeat(32) }] })),
  ],
  ['proto-off', 'proto-off', paying(() => ({ proto: 1, authority: new Uint8Array(65).fill(31) }))],
  [
    'rate',
    'rate',
    async (rig) => {
      for (;;) await rig.ask(MSG_SIGN_BEGIN, beginFields(rig, payment(rig)));
    },
  ],
  [
    'replaced-too-often',
    'conflict',
    async (rig) => {
      const first = payment(rig);
      for (let n = 0; ; n++) await pay(rig, { ...first, feeSats: 1000 + n });
    },
  ],
  [
    'same-coin-twice',
    'bad-input',
    async (rig) => {
      const coin = makeCoin(rig, { sats: 100_000 });
      await begin(rig, payment(rig, { coins: [coin, coin] }));
      await sendCoin(rig, 0, coin);
      return rig.ask(MSG_SIGN_INPUT, [1, internal(coin.txid), coin.vout, 0xfffffffd, 0, 0, coin.raw.length]);
    },
  ],
  [
    'sweep-open',
    'busy',
    async (rig) => {
      await rig.world.finish(
        rig.coldConsole.run(`sweep begin ${Buffer.from('8600020018321a000f4240191388', 'hex').toString('base64')}`),
      );
      return begin(rig, payment(rig, { outs: MANY }));
    },
  ],
  ['unknown-type', 'unknown-type', (rig) => rig.ask(20, [])],
  ['user-tx-conflict', 'conflict', twice(() => ({ outs: out(40_000) }))],
];

/**
 * Tags that a link's own trouble makes (SPEC.md 4), that a sound pair of boards cannot be brought to (no room:
 * payments/archive.test.ts), that take three days (payments/retire.test.ts), or that HSM-Hot has for its prompt alone
 * (hot/service-request.test.ts).
 */
const ELSEWHERE = [
  'busy',
  'internal',
  'no-room',
  'not-provisioned',
  'old',
  'room',
  'storage-failed',
  'storage-full',
  'too-late',
];

describe('cold/refusals', () => {
  for (const [tag, name, provoke, options] of TABLE) {
    it(tag, async () => {
      const rig = options === 'new' ? makeRig() : options === 'ready' ? await readyRig() : await channelRig(options);
      const refused = await refusalOf(provoke(rig));
      expect(refused.tag).to.equal(tag);
      expect(REFUSAL_NAMES[refused.refusal]).to.equal(name);
    }).timeout(60_000);
  }

  it('are all that the sources and SPEC.md 5.3 have', () => {
    const folders = ['firmware/cold', 'firmware/hot'];
    const sources = folders
      .flatMap((folder) =>
        fs
          .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts'))
          .map((file) => fs.readFileSync(path.join(ROOT, folder, file), 'utf8')),
      )
      .join('\n');
    const used = new Set(
      [...sources.matchAll(/REFUSE_[A-Z_]+, '([a-z-]+)'/g), ...sources.matchAll(/return '(policy-[a-z-]+)'/g)].map(
        ([, tag]) => tag,
      ),
    );
    const known = new Set([...TABLE.map(([tag]) => tag), ...ELSEWHERE]);
    expect([...used].filter((tag) => !known.has(tag))).to.deep.equal([]);
    const spec = fs.readFileSync(path.join(ROOT, 'protocol/SPEC.md'), 'utf8');
    const listed = [
      ...spec.slice(spec.indexOf('The tags of the boards'), spec.indexOf('### 5.4')).matchAll(/`([a-z-]+)`/g),
    ].map(([, tag]) => tag);
    expect(listed.sort()).to.deep.equal([...known].sort());
  });
});
