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
import type { EventListener } from '../events';
import { NUMBERS, SIM_TOKENS } from '../numbers';
import type { VirtualRuntime } from '../clock/virtual-runtime';

const DICE_ROLLS = 120;

/** Limits of the simulated account on HSM-Cold; amounts in satoshi. */
const POLICY: AccountPolicy = {
  txMaxSats: 50_000_000,
  txMaxFeeSats: 100_000,
  maxFeerateSatVb: 200,
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
  onEvent?: EventListener;
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
    const byte = random(1)[0]!;
    if (byte < 252) rolls += String((byte % 6) + 1);
  }
  return rolls;
}

export async function holdCeremony(options: CeremonyOptions): Promise<Ceremony> {
  const { runtime, onEvent } = options;
  const { random } = runtime.child('operator');
  const pin = SIM_TOKENS.pin;
  const cold = createConsoleClient({ port: options.coldConsole });
  const hot = createConsoleClient({ port: options.hotConsole });
  const tell = (text: string): void => onEvent?.({ at: runtime.nowMs(), who: 'operator', link: 'console', text });
  const at = <T>(work: Promise<T>, what: string): Promise<T> => runtime.runWhile(work, what);

  const vIdentityPriv = random(32);
  const vIdentity = secp256k1.getPublicKey(vIdentityPriv);
  const payoutAddress = bech32.encode('bcrt', [0, ...bech32.toWords(random(20))]);
  const { words, fingerprint } = await at(
    provision(cold, { dice: rollDice(random), hostEntropy: random(32), pin }),
    'the ceremony',
  );
  tell(
    `seed made from ${DICE_ROLLS} dice rolls, the host's and the board's randomness; ${words.length} words written down; fingerprint ${fingerprint}`,
  );
  await at(setTime(cold, Math.floor(runtime.nowMs() / 1000), pin), 'setting the clock');
  await at(pairHot(cold, hot, random(32), pin), 'pairing of the two boards');
  tell('HSM-Cold and HSM-Hot share a link key');
  await at(setPhones(cold, [NUMBERS.platformAdmin], pin), "entering the admin's phone");
  const data = {
    name: 'shop',
    network: 'regtest' as const,
    script: 'p2wpkh' as const,
    vIdentity,
    vPhones: [NUMBERS.v],
    adminPhones: [NUMBERS.customerAdmin],
    protocols: options.vProtocol === 'v1' ? (['v1', 'v2'] as const).slice() : undefined,
    payoutAddress,
    policy: POLICY,
    hsmPhones: [NUMBERS.cold, NUMBERS.coldSpare],
  };
  const file = await at(addAccount(cold, data, pin), 'entering the account');
  for (let n = 1; n < (options.accounts ?? 1); n++) {
    await at(
      addAccount(
        cold,
        {
          ...data,
          name: `customer ${n}`,
          vIdentity: secp256k1.getPublicKey(random(32)),
          vPhones: [`${NUMBERS.v}${n}`],
        },
        pin,
      ),
      'entering another account',
    );
  }
  const pairingCodeAtV = codeOf(file, vIdentity);
  tell(`account ${file.account} entered; pairing code ${file.pairing_code} at HSM-Cold, ${pairingCodeAtV} at V`);

  return {
    file,
    vIdentityPriv,
    pairingCodeAtV,
    payoutAddress,
    words,
    async unlock() {
      await at(unlock(cold, pin), 'unlocking');
      tell('HSM-Cold unlocked');
    },
    async reopen() {
      await at(reopen(cold, file.account, pin), 'opening the account');
      tell(`account ${file.account} open again`);
    },
    async sweep(psbt) {
      const signed = await at(sweep(cold, psbt, { account: file.account, pin }), 'the sweep');
      signed.shown.forEach((line) => tell(`HSM-Cold shows: ${line}`));
      return signed.psbt;
    },
    status: () => at(status(cold), 'the status'),
    async hasDerived(side, count) {
      const name = side === 1 ? 'batches-hot' : 'batches-cold';
      const line =
        (await at(status(cold), 'the status')).find((each) => each.startsWith(`account ${file.account} `)) ?? '';
      return Number(new RegExp(`${name} (\\d+)`).exec(line)?.[1] ?? 0) > count;
    },
  };
}
