/**
 * Requests over the link from HSM-Hot, to their handlers. Nothing here can reach a cold key, the console or the
 * settings.
 */
import {
  LINK_VERSION_MAX,
  MSG_ATTEST,
  MSG_COLD_STATUS,
  MSG_PING,
  MSG_PREV_TX,
  MSG_SIGN_BEGIN,
  MSG_SIGN_FINISH,
  MSG_SIGN_INPUT,
  MSG_SIGN_OUTS,
  MSG_SIGN_RESULT,
  REFUSE_BAD_REQUEST,
  REFUSE_INTERNAL,
  REFUSE_UNKNOWN_TYPE,
} from '../../../protocol/wire';
import { enter } from '../../guard';
import { letGoAccount, openOf, requireAccount } from '../state/account-store';
import { attest } from '../batches/batches';
import { replyRefusal } from '../alarms/closing';
import type { Cold } from '../cold';
import {
  ping,
  prevTx,
  signBegin,
  signFinish,
  signInput,
  signOuts,
  signResult,
  type Refuse,
  type Reply,
} from '../signing/signing';
import { isClosed } from '../state/state';
import { nowSeconds } from '../state/store';
import { scheduleOnce } from '../scheduler';

/** [device state, unix seconds, commit, [account, state, channel id or 0] ...]. Public data. */
function coldStatus(cold: Cold, reply: Reply): void {
  const accounts: any[] = [];
  for (let n = 0; n < cold.state.accountCount; n++) {
    const channel = cold.keys && openOf(cold, requireAccount(cold, n)).channel;
    accounts.push([n, isClosed(cold.state, n) ? 2 : 1, channel ? channel.id : 0]);
  }
  const device = !cold.state.isProvisioned ? 1 : cold.keys ? 3 : 2;
  reply([device, nowSeconds(cold), cold.hal.board, cold.hal.commit, LINK_VERSION_MAX, accounts]);
}

/** Answers an error: a refusal, what the form of the request is, or a bug, which is thrown on. */
function refusing(refuse: Refuse): (error: any) => void {
  return function (error) {
    if (error.refusal) return refuse(error.refusal, error.code);
    if (error.code)
      return refuse(
        error.code === 'bad-request' || error.code === 'bad-outs' ? REFUSE_BAD_REQUEST : REFUSE_INTERNAL,
        error.code,
      );
    refuse(REFUSE_INTERNAL, 'internal');
    throw error;
  };
}

function handle(cold: Cold, type: number, fields: any[], reply: Reply, refuse: Refuse): void {
  try {
    if (type === MSG_SIGN_BEGIN) signBegin(cold, fields, reply, refuse);
    else if (type === MSG_SIGN_OUTS) signOuts(cold, fields, reply, refuse);
    else if (type === MSG_SIGN_INPUT) signInput(cold, fields, reply);
    else if (type === MSG_PREV_TX) prevTx(cold, fields, reply, refuse);
    else if (type === MSG_SIGN_FINISH) signFinish(cold, fields, reply, refuse);
    else if (type === MSG_SIGN_RESULT) signResult(cold, fields, reply, refuse);
    else if (type === MSG_PING) ping(cold, fields, reply, refuse);
    else if (type === MSG_ATTEST) attest(cold, fields, reply, refuse);
    else if (type === MSG_COLD_STATUS) coldStatus(cold, reply);
    else refuse(REFUSE_UNKNOWN_TYPE, 'unknown-type');
  } catch (error) {
    replyRefusal(cold, error, refusing(refuse));
  }
}

/** The link's handler. What takes long or much room is work of its own, with nothing of the link on the stack. */
export function handleRequest(type: number, fields: any[], reply: Reply, refuse: Refuse, cold: Cold): void {
  if (type !== MSG_COLD_STATUS && type !== MSG_ATTEST) {
    return scheduleOnce(cold, function () {
      handle(cold, type, fields, reply, refuse);
    });
  }
  enter(cold);
  try {
    handle(cold, type, fields, reply, refuse);
  } finally {
    letGoAccount(cold);
    cold.isInside = false;
  }
}
