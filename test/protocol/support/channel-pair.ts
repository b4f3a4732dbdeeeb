/** Two ends of a pairing for the tests of the channel, and small tools around them. */
import { createHash } from 'node:crypto';
import { Channel } from '../../../protocol/channel/channel';
import type { ProtocolCrypto } from '../../../protocol/crypto';
import { sealSms } from '../../../protocol/sms/v2';
import * as wire from '../../../protocol/wire';
import { protocolCrypto } from '../../../host/kit/protocol-crypto';
import { seeded, seededBytes } from '../../../tools/bench/wire/line';
import { ColdChannels, identities, Identities, VChannels } from '../../../tools/bench/wire/channel-ends';

export const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};
export const digest = (side: number, batchNo: number): Uint8Array =>
  new Uint8Array(createHash('sha256').update(`${side}/${batchNo}`).digest());
export const start = (seed: number) => {
  const crypto = protocolCrypto(seededBytes(seeded(seed)));
  return { crypto, ids: identities(crypto) };
};
export const copyOf = (channel: Channel): Channel => ({
  ...channel,
  key32: Uint8Array.from(channel.key32),
  own32: Uint8Array.from(channel.own32),
  other32: Uint8Array.from(channel.other32),
});
export const flips = (sms: Uint8Array): Uint8Array[] =>
  Array.from({ length: sms.length * 8 }, (_, i) =>
    sms.map((octet, at) => (at === i >> 3 ? octet ^ (1 << (i & 7)) : octet)),
  );

/** Two ends of a pairing, and what one day of them is. */
export function ends(seed: number): {
  crypto: ProtocolCrypto;
  ids: Identities;
  v: VChannels;
  cold: ColdChannels;
  exchange: () => Uint8Array[];
  use: () => void;
  day: () => Uint8Array[];
} {
  const { crypto, ids } = start(seed);
  const v = new VChannels(crypto, ids.peers, ids.vPriv);
  const cold = new ColdChannels(crypto, ids.peers, ids.coldPriv);
  const exchange = (): Uint8Array[] => {
    const ask = v.ask();
    const accept = cold.take(ask).accept!;
    v.take(accept);
    return [ask, accept];
  };
  const use = (): void => void cold.take(sealSms(crypto, v.current!, 'to-cold', wire.SMS_STATUS, []));
  const day = (): Uint8Array[] => {
    const both = exchange();
    use();
    return both;
  };
  return { crypto, ids, v, cold, exchange, use, day };
}
