// The platform's operator at the boards' consoles, in the simulator: holds the ceremony with host/operator's own
// functions, as a person would, and comes back to the console when the story needs it.
import { secp256k1 } from '@noble/curves/secp256k1';
import { bech32 } from '@scure/base';
import type { AccountFile } from '../../api';
import type { BytePort } from '../../kit/byte-port';
import {
  addAccount,
  createConsoleClient,
  pairHot,
  provision,
  reopen,
  setPhones,
  setTime,
  status,
  sweep,
  unlock,
  type AccountPolicy,
} from '../../operator';
import { codeOf } from '../../vdevice';
import { createLog, type LogListener } from '../../kit/log';
import { NUMBERS, SIM_TOKENS } from '../numbers';
import type { VirtualRuntime } from '../clock/virtual-runtime';

const DICE_ROLLS = 120;

/** Limits of the simulated account on HSM-Cold; amounts in satoshi. */
const POLICY: AccountPolicy = {
  txMaxSats: 50_000_000,
  windowMaxSats: 100_000_000,
  txMaxFeeSats: 100_000,
  maxFeerateSatVb: 200,
  windowMaxFeeSats: 10_000_000,
  maxOutputs: 20,
  minOutputSats: 10_000,
};

export interface CeremonyOptions {
  runtime: VirtualRuntime;
  coldConsole: BytePort;
  hotConsole: BytePort;
  /** v1: the account takes the published app's texts too. Default v2 alone. */
  vProtocol?: 'v1' | 'v2';
  /** Customers on HSM-Cold. Those after the first have a V of their own that never speaks. Default 1. */
  accounts?: number;
  onEvent?: LogListener;
}

export interface Ceremony {
  file: AccountFile;
  /** V's identity, made at the customer's; secret. */
  vIdentityPriv: Uint8Array;
  /** The code as V's own side computes it. */
  pairingCodeAtV: string;
  /** Where sweeps go: an address of the customer's that is on no machine of this world. */
  payoutAddress: string;
  /** The 24 words that HSM-Cold showed once. Secret. */
  words: string[];
  /** Types the PIN at HSM-Cold's console, after a power cut. */
  unlock(): Promise<void>;
  /** Opens the closed account again. */
  reopen(): Promise<void>;
  /** Carries a PSBT (base64) to HSM-Cold's console; answers it signed. */
  sweep(psbt: string): Promise<string>;
  /** Lines of `status` on HSM-Cold's console. */
  status(): Promise<string[]>;
  /** Has HSM-Cold derived batches 0..count of the side (1 hot, 2 cold)? */
  hasDerived(side: 1 | 2, count: number): Promise<boolean>;
}

function rollDice(random: (lenBytes: number) => Uint8Array): string {
  let rolls = '';
  while (rolls.length < DICE_ROLLS) {
    const byte = random(1)[0];
    if (byte < 252) rolls += String((byte % 6) + 1);
  }
  return rolls;
}

/** The operator at both consoles: does one thing at a time and tells of it. */
class Operator {
  readonly cold = createConsoleClient({ port: this.options.coldConsole });
  readonly hot = createConsoleClient({ port: this.options.hotConsole });
  readonly pin = SIM_TOKENS.pin;
  readonly log = createLog({
    runtime: this.options.runtime,
    who: 'operator',
    listener: this.options.onEvent,
    secrets: [this.pin],
  }).over('console');

  constructor(private readonly options: CeremonyOptions) {}

  at<T>(work: Promise<T>, what: string): Promise<T> {
    return this.options.runtime.runWhile(work, what);
  }

  /** Makes the seed, sets the clock, pairs the boards, enters the admin's phone; returns the words. */
  async makeBoards(random: (lenBytes: number) => Uint8Array): Promise<string[]> {
    const { cold, hot, pin } = this;
    const dice = rollDice(random);
    const { words, fingerprint } = await this.at(
      provision(cold, { dice, hostEntropy: random(32), pin }),
      'the ceremony',
    );
    this.log.info(
      `seed made from ${DICE_ROLLS} dice rolls, the host's and the board's randomness; ${words.length} words written ` +
        `down; fingerprint ${fingerprint}`,
    );
    await this.at(setTime(cold, Math.floor(this.options.runtime.nowMs() / 1000), pin), 'setting the clock');
    await this.at(pairHot(cold, hot, random(32), pin), 'pairing of the two boards');
    this.log.info('HSM-Cold and HSM-Hot share a link key');
    await this.at(setPhones(cold, [NUMBERS.platformAdmin], pin), "entering the admin's phone");
    return words;
  }

  /** Enters the shop's account, and as many others as are asked for. */
  async enterAccounts(
    vIdentity: Uint8Array,
    payoutAddress: string,
    random: (lenBytes: number) => Uint8Array,
  ): Promise<AccountFile> {
    const { cold, pin } = this;
    const { vProtocol, accounts } = this.options;
    const data = {
      name: 'shop',
      network: 'regtest' as const,
      script: 'p2wpkh' as const,
      vIdentity,
      vPhones: [NUMBERS.v],
      adminPhones: [NUMBERS.customerAdmin],
      protocols: vProtocol === 'v1' ? (['v1', 'v2'] as const).slice() : undefined,
      payoutAddress,
      policy: POLICY,
      hsmPhones: [NUMBERS.cold, NUMBERS.coldSpare],
    };
    const file = await this.at(addAccount(cold, data, pin), 'entering the account');
    for (let n = 1; n < (accounts ?? 1); n++) {
      const other = {
        ...data,
        name: `customer ${n}`,
        vIdentity: secp256k1.getPublicKey(random(32)),
        vPhones: [`${NUMBERS.v}${n}`],
      };
      await this.at(addAccount(cold, other, pin), 'entering another account');
    }
    return file;
  }
}

/** Holds the ceremony at new boards. The result is the operator's later work at HSM-Cold's console. */
export async function holdCeremony(options: CeremonyOptions): Promise<Ceremony> {
  const { random } = options.runtime.child('operator');
  const operator = new Operator(options);
  const { cold, pin } = operator;
  const vIdentityPriv = random(32);
  const vIdentity = secp256k1.getPublicKey(vIdentityPriv);
  const payoutAddress = bech32.encode('bcrt', [0, ...bech32.toWords(random(20))]);
  const words = await operator.makeBoards(random);
  const file = await operator.enterAccounts(vIdentity, payoutAddress, random);
  const pairingCodeAtV = codeOf(file, vIdentity);
  operator.log.info(
    `account ${file.account} entered; pairing code ${file.pairing_code} at HSM-Cold, ${pairingCodeAtV} at V`,
  );
  const readStatus = (): Promise<string[]> => operator.at(status(cold), 'the status');

  return {
    file,
    vIdentityPriv,
    pairingCodeAtV,
    payoutAddress,
    words,
    async unlock() {
      await operator.at(unlock(cold, pin), 'unlocking');
      operator.log.info('HSM-Cold unlocked');
    },
    async reopen() {
      await operator.at(reopen(cold, file.account, pin), 'opening the account');
      operator.log.info(`account ${file.account} open again`);
    },
    async sweep(psbt) {
      const signed = await operator.at(sweep(cold, psbt, { account: file.account, pin }), 'the sweep');
      signed.shown.forEach((line) => operator.log.info(`HSM-Cold shows: ${line}`));
      return signed.psbt;
    },
    status: readStatus,
    async hasDerived(side, count) {
      const name = side === 1 ? 'batches-hot' : 'batches-cold';
      const line = (await readStatus()).find((each) => each.startsWith(`account ${file.account} `)) ?? '';
      return Number(new RegExp(`${name} (\\d+)`).exec(line)?.[1] ?? 0) > count;
    },
  };
}
