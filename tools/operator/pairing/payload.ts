// What the two ends of a pairing show each other as a QR code or as text. Public data only; a payload that somebody
// swapped shows in the pairing code, which people compare at both screens (SPEC.md 8). The CRC is against typing, not
// against people.
//   CCPAIR1/V/<V's identity, 66 hex digits>/<crc>
//   CCPAIR1/C/<account>/<network>/<HSM-Cold's identity>/<crc>
import { fail } from '../../../protocol/errors';
import type { NetworkName } from '../../../host/bitcoin/network';
import { crc32 } from '../../flash/storage/crc32';

export type Pairing =
  { from: 'v'; identity: string } | { from: 'cold'; identity: string; account: number; network: NetworkName };

const HEAD = 'CCPAIR1';
const CRC_DIGITS = 8;

function sealed(fields: (string | number)[]): string {
  const text = [HEAD, ...fields].join('/').toUpperCase();
  return `${text}/${crc32(Buffer.from(text, 'latin1')).toString(16).padStart(CRC_DIGITS, '0').toUpperCase()}`;
}

/** Letters, digits and signs of QR's short alphabet alone. */
export function pairingText(pairing: Pairing): string {
  return pairing.from === 'v'
    ? sealed(['V', pairing.identity])
    : sealed(['C', pairing.account, pairing.network, pairing.identity]);
}

/** Reads a payload as it was scanned or typed; spaces and case do not matter. Throws `pairing-form`. */
export function parsePairing(text: string): Pairing {
  const given = text.replace(/\s/g, '').toUpperCase();
  const cut = given.lastIndexOf('/');
  const [head, kind, ...fields] = given.slice(0, cut).split('/');
  if (head !== HEAD || cut < 0)
    throw fail(
      'pairing-form',
      `this is no pairing payload: it begins with ${HEAD}/ ("chaincloud vdevice --pair" and "chaincloud ` +
        'provision" show it)',
    );
  if (sealed([kind ?? '', ...fields]) !== given)
    throw fail('pairing-form', 'the payload was not taken over whole (its checksum is wrong): scan or type it again');
  const identity = (fields[fields.length - 1] ?? '').toLowerCase();
  if (!/^0[23][0-9a-f]{64}$/.test(identity))
    throw fail('pairing-form', 'the payload holds no identity of 66 hex digits');
  if (kind === 'V' && fields.length === 1) return { from: 'v', identity };
  const [account, network] = [Number(fields[0]), (fields[1] ?? '').toLowerCase()];
  const isCold =
    kind === 'C' &&
    fields.length === 3 &&
    /^\d{1,5}$/.test(fields[0]) &&
    account <= 65535 &&
    ['main', 'test', 'regtest'].includes(network);
  if (!isCold) throw fail('pairing-form', 'the payload is of a kind that this version does not know');
  return { from: 'cold', identity, account, network: network as NetworkName };
}

/** The payload of the end that was asked for. Throws `pairing-form`, with what to do when it is this end's own. */
export function aPairingFrom<F extends Pairing['from']>(from: F, text: string): Extract<Pairing, { from: F }> {
  const pairing = parsePairing(text);
  if (pairing.from !== from)
    throw fail(
      'pairing-form',
      from === 'v'
        ? "this is HSM-Cold's own payload: scan the one that V shows"
        : "this is V's own payload: scan the one that HSM-Cold shows",
    );
  return pairing as Extract<Pairing, { from: F }>;
}
