/**
 * Requests of the gateway to HSM-Cold: form, room, the signing they belong to, rate, and only then the link. What
 * HSM-Cold refuses of a signing, and its last reply, end it here. HSM-Hot's own info and status are replied here too.
 */
import {
  LINK_VERSION_MAX,
  MSG_COLD_STATUS,
  MSG_INFO,
  MSG_SIGN_BEGIN,
  MSG_SERVICE,
  MSG_STATUS,
  REFUSE_BAD_REQUEST,
  REFUSE_BAD_STATE,
  REFUSE_BUSY,
  REFUSE_COLD_UNREACHABLE,
  REFUSE_INTERNAL,
  REFUSE_LOCKED,
  REFUSE_NO_ACCOUNT,
  REFUSE_NOT_PROVISIONED,
  REFUSE_RATE,
  REFUSE_UNKNOWN_TYPE,
} from '../../protocol/wire';
import type { CborValue } from '../../protocol/cbor/types';
import type { CodedError } from '../../protocol/errors';
import type { LinkError, RequestCallback } from '../../protocol/link/types';
import type { SignBegin } from '../../protocol/link/messages';
import type { Hot } from './context';
import { RELAYED_MAX, isWithinRate, learnAccount } from './limits';
import { RELAY_TIMEOUT_MS, learnStatus } from './link';
import { noteRefusal } from './log';
import { aRelayed, isPartOfSigning, isRelayed, type Relayed } from './relay-rule';
import { handleServiceRequest } from './service-request';
import { followSigning, isLastReply, isNeeded, passOn, type Signing } from './signing';

/** Does HSM-Cold's refusal of a request that names an account leave open whether there is such an account? */
function isAccountOpen(refusal: number): boolean {
  return (
    refusal === REFUSE_NO_ACCOUNT ||
    refusal === REFUSE_LOCKED ||
    refusal === REFUSE_NOT_PROVISIONED ||
    refusal === REFUSE_BAD_REQUEST ||
    refusal === REFUSE_UNKNOWN_TYPE ||
    refusal === REFUSE_INTERNAL
  );
}

/** Gives the gateway its reply, or refuses its request. */
type Reply = (fields: CborValue[]) => void;
type Refuse = (code: number, tag: string) => void;

/** What is kept of a request that went to HSM-Cold. */
interface Asked {
  type: number;
  /** The account that it names, and of a RESULT the first signature asked for. */
  account: number | undefined;
  first: number;
  /**
   * The signing that it belongs to or begins; the one that a BEGIN takes the place of, which goes on when it is
   * refused.
   */
  signing: Signing | undefined;
  before: Signing | undefined;
}

/** Notes what HSM-Cold's reply says about accounts and the signing. error: undefined, or as the link gives it. */
function noteReply(hot: Hot, asked: Asked, error: LinkError | undefined, fields: CborValue[]): void {
  const signing = asked.signing;
  hot.relayed--;
  if (asked.account !== undefined && (!error || (error.code === 'refused' && !isAccountOpen(error.refusal!))))
    learnAccount(hot.limits, asked.account);
  if (!error && asked.type === MSG_COLD_STATUS) learnStatus(hot, fields);
  if (signing && hot.signing === signing && (error || isLastReply(signing, asked.type, asked.first)))
    hot.signing = error ? asked.before : undefined;
}

/** Passes HSM-Cold's reply on; holds nothing of the request meanwhile, whose bytes may be many. */
function passReply(hot: Hot, asked: Asked, reply: Reply, refuse: Refuse): RequestCallback {
  return function (error, fields) {
    noteReply(hot, asked, error, fields);
    if (!error) return reply(fields);
    if (error.code === 'refused') return refuse(error.refusal!, error.tag!);
    hot.counters.unreachable++;
    refuse(REFUSE_COLD_UNREACHABLE, error.code);
  };
}

/** The signing does not need this request next: it ends here, as a flood of them would. */
function refuseState(hot: Hot, refuse: Refuse, tag: string): void {
  hot.counters.limited++;
  refuse(REFUSE_BAD_STATE, tag);
}

/** Notes that the request goes through: the signing that it begins or is part of goes on. */
function noteAsked(hot: Hot, type: number, m: Relayed): Asked {
  const isPart = isPartOfSigning(type);
  const before = type === MSG_SIGN_BEGIN ? hot.signing : undefined;
  if (type === MSG_SIGN_BEGIN) hot.signing = followSigning(m as SignBegin);
  else if (isPart) passOn(hot.signing as Signing, type, m);
  hot.relayed++;
  hot.counters.relayed++;
  return {
    type: type,
    account: m.account,
    first: m.first || 0,
    signing: isPart || type === MSG_SIGN_BEGIN ? hot.signing : undefined,
    before: before,
  };
}

function relay(hot: Hot, type: number, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  let m: Relayed;
  try {
    m = aRelayed(type, fields);
  } catch (error) {
    hot.counters.malformed++;
    noteRefusal(hot, 'malformed');
    return refuse(REFUSE_BAD_REQUEST, (error as CodedError).code || 'bad-request');
  }
  if (hot.relayed >= RELAYED_MAX) return refuse(REFUSE_BUSY, 'busy');
  if (isPartOfSigning(type)) {
    if (!hot.signing) return refuseState(hot, refuse, 'no-signing');
    if (!isNeeded(hot.signing, type, m)) return refuseState(hot, refuse, 'bad-state');
  }
  if (!isWithinRate(hot.limits, type, m.account, hot.hal.clock.uptimeMs())) {
    hot.counters.limited++;
    noteRefusal(hot, 'limited');
    return refuse(REFUSE_RATE, 'rate');
  }
  if (!hot.cold) {
    hot.counters.unreachable++;
    return refuse(REFUSE_COLD_UNREACHABLE, 'not-paired');
  }
  hot.cold.request(type, fields, passReply(hot, noteAsked(hot, type, m), reply, refuse), RELAY_TIMEOUT_MS);
}

/** Handles a request of the gateway. */
export function handleRequest(hot: Hot, type: number, fields: CborValue[], reply: Reply, refuse: Refuse): void {
  const isUp = !!hot.cold && hot.cold.isUp();
  if (type === MSG_INFO)
    return reply(['hsm-hot', hot.hal.board, hot.hal.commit, hot.hal.interpreter, LINK_VERSION_MAX]);
  if (type === MSG_STATUS) {
    const c = hot.counters;
    return reply([
      hot.secret ? 1 : 0,
      isUp ? 1 : 0,
      hot.relayed,
      Math.floor(hot.hal.clock.uptimeMs() / 1000),
      hot.boots,
      c.relayed,
      c.malformed,
      c.limited,
      c.unreachable,
    ]);
  }
  if (type === MSG_SERVICE) return handleServiceRequest(hot, reply, refuse);
  if (isRelayed(type)) return relay(hot, type, fields, reply, refuse);
  hot.counters.malformed++;
  refuse(REFUSE_UNKNOWN_TYPE, 'unknown-type');
}
