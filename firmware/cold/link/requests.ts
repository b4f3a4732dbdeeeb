/**
 * Requests over the link from HSM-Hot, to their handlers: a withdrawal's go to signing/. Nothing here can reach a cold
 * key, the console or the settings. Spec: SPEC.md 5.2.
 */
import {
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
import type { Cold } from '../cold';
import { scheduleOnce } from '../scheduler';
import { letGoAccount } from '../state/accounts';
import { attest } from '../batches/attest';
import { replyRefusal } from './refuse';
import { ping } from './ping';
import { prevTx, signInput } from '../signing/inputs';
import { signBegin, signOuts } from '../signing/begin';
import { signFinish } from '../signing/finish';
import { signResult } from '../signing/sign';
import type { Refuse, Reply, Thrown } from './refusal';
import type { CborValue } from '../../../protocol/cbor/types';
import { coldStatus } from './status';

/** Refuses with an error: a refusal, what is wrong with the request's form, or a bug, which is thrown on. */
function refusing(refuse: Refuse): (error: Thrown) => void {
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

function handle(cold: Cold, type: number, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  try {
    if (type === MSG_SIGN_BEGIN) signBegin(cold, fields, reply, refuse);
    else if (type === MSG_SIGN_OUTS) signOuts(cold, fields, reply, refuse);
    else if (type === MSG_SIGN_INPUT) signInput(cold, fields, reply);
    else if (type === MSG_PREV_TX) prevTx(cold, fields, reply, refuse);
    else if (type === MSG_SIGN_FINISH) signFinish(cold, reply, refuse);
    else if (type === MSG_SIGN_RESULT) signResult(cold, fields, reply, refuse);
    else if (type === MSG_PING) ping(cold, fields, reply, refuse);
    else if (type === MSG_ATTEST) attest(cold, fields, reply, refuse);
    else if (type === MSG_COLD_STATUS) coldStatus(cold, reply);
    else refuse(REFUSE_UNKNOWN_TYPE, 'unknown-type');
  } catch (error) {
    replyRefusal(cold, error as Thrown, refusing(refuse));
  }
}

/** The link's handler. What takes long or much room is a task of its own, with nothing of the link on the stack. */
export function handleRequest(type: number, fields: CborValue[], reply: Reply, refuse: Refuse, cold: Cold): void {
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
