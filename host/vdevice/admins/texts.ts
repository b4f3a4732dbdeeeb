// SMS from V's admins: START_LOOP, STOP_LOOP, PING, TIME, with the published answers, and APPROVE. Spec:
// docs/published-app.md 3.3. A number proves nothing: it can stop and never start, and no command moves money past a
// check. Answers are counted, or a forged number would cost money.

import { HOUR_MS } from '../../../protocol/time';
import type { VContext } from '../context';
import { takeApprovalCode } from './approvals';
import { startCode, takeStartCode } from './codes';

/** Answers to admins in an hour. */
const ANSWERS_PER_HOUR = 30;
const FORMAT_ERROR = 'sms format is error';
export const NO_CHANNEL = 'SMS channel is not established, please first SMS channel...';

export interface AdminActions {
  start(): void;
  stop(): void;
  /** The answer comes later, through `answer`. */
  ping(answer: (text: string) => void): void;
}

/** Takes one text from an admin's number and answers to that number. False: nothing was done. */
export function takeAdminText(context: VContext, actions: AdminActions, from: string, text: string): boolean {
  if (text.trim() === '') return false;
  const answer = (words: string) => {
    if (mayAnswer(context)) context.sendText(from, words);
  };
  if (!text.startsWith('CC:')) {
    if (text.toLowerCase().includes(FORMAT_ERROR)) return false;
    answer(FORMAT_ERROR);
    return false;
  }
  const rest = text.slice(3).replace(/:+$/, '');
  const code = /^START_LOOP:([A-Za-z2-7]{8})$/.exec(rest)?.[1];
  if (code !== undefined) return start(context, actions, code, answer);
  const approval = /^APPROVE:([A-Za-z2-7]{8})$/.exec(rest)?.[1];
  if (approval !== undefined) return approve(context, approval, answer);
  if (rest.includes(':')) return false;
  context.log.over('sms').info(`admin: ${/^[A-Z_]{1,20}$/.test(rest) ? rest : 'unknown command'}`);
  if (rest === 'START_LOOP') {
    answer(`to start the loop send CC:START_LOOP:${startCode(context)} within a day`);
  } else if (rest === 'STOP_LOOP') {
    actions.stop();
    answer('the loop is stopped');
  } else if (rest === 'PING') {
    actions.ping(answer);
  } else if (rest === 'TIME') {
    answer('CC:V:' + context.time.text(context.runtime.nowMs()));
  } else {
    answer(FORMAT_ERROR);
    return false;
  }
  return true;
}

/** A number proves nothing: only who has read V's answer starts the loop. A wrong code is worth no answer. */
function start(context: VContext, actions: AdminActions, code: string, answer: (words: string) => void): boolean {
  if (!takeStartCode(context, code)) return false;
  context.log.over('sms').info('admin: START_LOOP with its code');
  actions.start();
  answer('the loop is started');
  return true;
}

/** As start(), for the one withdrawal that the code was made for. */
function approve(context: VContext, code: string, answer: (words: string) => void): boolean {
  const id = takeApprovalCode(context, code);
  if (id === null) return false;
  answer(`withdrawal ${id} is approved`);
  return true;
}

function mayAnswer(context: VContext): boolean {
  const { state, runtime } = context;
  const nowMs = runtime.nowMs();
  const since = state.getNumber('answers-since', 0);
  const isNewHour = nowMs - since >= HOUR_MS || nowMs < since;
  const count = isNewHour ? 0 : state.getNumber('answers', 0);
  if (isNewHour) state.setNumber('answers-since', nowMs);
  state.setNumber('answers', count + 1);
  return count < ANSWERS_PER_HOUR;
}
