/**
 * PING: a send request that pays nobody. It proves V, the channel and the keys end to end; nothing of it is recorded or
 * signed. Spec: SPEC.md 5.2.
 */
import type { Cold } from '../cold';
import type { CborValue } from '../../../protocol/cbor/types';
import type { Reply, Refuse } from './refusal';
import { requireReady, requireOpenAccount } from '../state/accounts';
import {
  startAuthority,
  feedAuthority,
  stepAuthority,
  requireAuthority,
  overRefusal,
  dropAuthority,
} from '../signing/authority';
import { schedule } from '../scheduler';
import { refuseThrown } from './refuse';
import { aPing } from '../../../protocol/link/messages';
import { PING_OUTS } from '../../../protocol/request/outs';

/** Replies once the authority over the request is verified. */
export function ping(cold: Cold, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  requireReady(cold);
  const m = aPing(fields);
  const account = requireOpenAccount(cold, m.account);
  const check = startAuthority(cold, account, m, PING_OUTS.length);
  feedAuthority(check, PING_OUTS);
  schedule(cold, {
    isIdle: false,
    step: function () {
      requireReady(cold);
      requireOpenAccount(cold, m.account);
      if (stepAuthority(cold, check)) return true;
      if (requireAuthority(cold, check)) throw overRefusal(check);
      reply([]);
      return false;
    },
    failed: function (error) {
      dropAuthority(check);
      refuseThrown(cold, refuse, error);
    },
  });
}
