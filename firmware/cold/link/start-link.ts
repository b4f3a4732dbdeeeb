/** Starts the link to HSM-Hot, which works while the board is locked. Spec: SPEC.md 4. */
import { copyBytes } from '../../crypto/bytes';
import { hmacSha256 } from '../../crypto/index';
import { writeU32 } from '../../journal/records';
import { startPeer } from '../../../protocol/link/peer';
import type { Cold } from '../cold';
import { maskLinkKey } from './link-key';
import { handleRequest } from './requests';

/**
 * Numbers that never repeat, for the link's handshake, which must work while the board is locked: from the device
 * secret, the count of starts and a counter. Unknown without the device secret.
 */
function linkRandom(cold: Cold): (lenBytes: number) => Uint8Array {
  let count = 0;
  return function (lenBytes) {
    const input = new Uint8Array(12);
    writeU32(input, 0, cold.state.bootCount);
    writeU32(input, 4, ++count);
    writeU32(input, 8, 0x6c696e6b);
    return copyBytes(hmacSha256(cold.device!.secret, input), 0, lenBytes);
  };
}

/** Starts the link, once there is a link key. */
export function startLink(cold: Cold): void {
  if (cold.link || !cold.state.linkKey) return;
  const key = maskLinkKey(cold.device!.secret, cold.state.linkKey);
  cold.link = startPeer({
    uart: cold.hal.link,
    clock: cold.hal.clock,
    role: 'responder',
    oneAtATime: true,
    bootId: cold.state.bootCount,
    secure: { linkKey32: key, crypto: cold.crypto, random: linkRandom(cold) },
  });
  cold.link.handler = handleRequest;
  cold.link.owner = cold;
}
