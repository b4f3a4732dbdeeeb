/** `link key`: the key that HSM-Cold and HSM-Hot share. */
import { fail } from '../../../../protocol/errors';
import { rekeyPeer } from '../../../../protocol/link/peer';
import { bytesOfHex } from '../../../console/hex';
import type { CommandDeclaration } from '../../../console/command';
import { wipe } from '../../../crypto/index';
import type { Device } from '../../../journal/device';
import { R_LINK } from '../../../journal/records';
import type { Cold } from '../../cold';
import { maskLinkKey } from '../../link/link-key';
import { AUDIT_LINK_KEY, NO_ACCOUNT } from '../../../journal/audit-codes';
import { audit, save } from '../../state/store';
import { withPin } from '../needs';

export const LINK_KEY = {
  usage: 'link key <hex>',
  order: 13,
  summary: 'sets the key shared with HSM-Hot',
  words: { hex: 'SECRET: 64 hex digits, the same at both boards' },
  needs: ['pin'],
  errors: { 'link-key-form': 'not 64 hex digits' },
} satisfies CommandDeclaration;

export function runLinkKey(cold: Cold, words: string[]): void {
  const key = bytesOfHex(words[2] || '');
  if (!key || key.length !== 32) throw fail('link-key-form', '64 hex digits are expected');
  withPin(cold, function () {
    save(cold, R_LINK, maskLinkKey((cold.device as Device).secret, key));
    if (cold.link) rekeyPeer(cold.link, key);
    else wipe(key);
    audit(cold, AUDIT_LINK_KEY, NO_ACCOUNT, new Uint8Array(0));
    cold.started(cold);
  });
}
