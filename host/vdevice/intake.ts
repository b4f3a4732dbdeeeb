// A withdrawal from the website on its way to an authority: decrypt, check, policy, balance, then the authority itself.
// Spec: chaincloud-v1 sections 6.2 and 6.3. The website's table may be the attacker's: every refusal stops the loop and tells the
// admin by SMS in the published words. What happens once an authority exists is send-loop.ts.

import { createHash } from 'node:crypto';
import { anOuts, decryptBoundInfo, sumSats, type Out, type VtestInfo } from '../v1';
import { readBalance } from './api-calls';
import type { VContext } from './context';
import type { HsmLink } from './hsm-link';
import { judge } from './policy';
import type { Withdrawal } from './state';

/** stop: tell the admin `words`, stop the loop. wait: look again at the next poll. known: V had it before, `row` says how it went. */
export type Intake =
  | { kind: 'none' }
  | { kind: 'wait'; why: string }
  | { kind: 'stop'; words: string; why: string }
  | { kind: 'known'; row: Withdrawal }
  | { kind: 'authorised'; row: Withdrawal };

interface Pulled {
  id: string;
  info: string;
}

/** Pulls the next withdrawal and takes it as far as an authority, which is on disk when this answers. */
export async function takeNext(context: VContext, link: HsmLink): Promise<Intake> {
  const answer = await context.website.get('/api/v1/open/vtest');
  const pulled = answer.status === 200 ? readPulled(answer.body) : null;
  if (!pulled) return { kind: 'none' };
  const infoHash = createHash('sha256').update(pulled.info).digest('hex');
  const known = context.state.withdrawal(pulled.id);
  const twin = context.state.withdrawalOfInfo(infoHash);
  if ((known && known.info_hash !== infoHash) || (twin && twin.vtest_id !== pulled.id)) {
    return { kind: 'stop', words: `withdrawal ${pulled.id} is another one under a used id, or a used one again`, why: 'vtest-replay' };
  }
  if (known && known.state !== 'refused') return { kind: 'known', row: known };
  return examine(context, link, pulled, infoHash);
}

async function examine(context: VContext, link: HsmLink, pulled: Pulled, infoHash: string): Promise<Intake> {
  const { state } = context;
  let info: VtestInfo;
  let outs: Out[];
  try {
    const last = context.decrypted;
    const isLast = last?.id === pulled.id && last.infoHash === infoHash;
    info = isLast ? last.info : await decryptBoundInfo(pulled.info, pulled.id, context.password);
    context.decrypted = { id: pulled.id, infoHash, info };
  } catch (error) {
    const { code } = error as { code?: string };
    return { kind: 'stop', words: code === 'vtest-coin' ? 'tx out invalid' : 'AES decrypt error', why: code ?? 'vtest-decrypt' };
  }
  // Once the website has sealed, an item without a seal is an attacker's or a rollback of the website: not for V to guess.
  if (!info.sealed && state.getNumber('sealed-seen', 0) === 1) return { kind: 'stop', words: 'AES decrypt error', why: 'vtest-unsealed' };
  try {
    outs = anOuts(info.outs, context.account.network);
  } catch {
    return { kind: 'stop', words: 'tx out invalid', why: 'out-invalid' };
  }
  const nowMs = context.runtime.nowMs();
  const verdict = judge(context.policy, outs, info.dynamic, nowMs, context.time, (sinceMs) => state.spentSince(sinceMs));
  const row: Withdrawal = {
    vtest_id: pulled.id, info_hash: infoHash, outs: info.outs, dynamic: info.dynamic, confirmed: info.confirmed, sats: sumSats(outs), state: 'refused',
    channel_id: null, vc_code: null, authorised_ms: null, tries: 0, tx_hash: null, reported: 0,
  };
  if (verdict.verdict === 'refuse') {
    state.putWithdrawal(row);
    return { kind: 'stop', words: `policy ${verdict.tag} refuses withdrawal ${pulled.id}`, why: 'policy-' + verdict.tag };
  }
  if (verdict.verdict === 'wait') {
    tellOnce(context, pulled.id, `policy ${verdict.tag} holds withdrawal ${pulled.id}`);
    return { kind: 'wait', why: 'policy-' + verdict.tag };
  }
  const balance = await readBalance(context.api);
  if (balance === null) return { kind: 'wait', why: 'balance-unknown' };
  if (balance < row.sats) return { kind: 'stop', words: 'balance is not enough and loop is stop', why: 'balance' };
  if (!link.current()) return { kind: 'wait', why: 'no-channel' };
  warnLowBalance(context, balance - row.sats);
  return { kind: 'authorised', row: authorise(context, link, row, info.sealed) };
}

/** Writes the authority down; the same withdrawal under the same channel gets the same one. */
export function authorise(context: VContext, link: HsmLink, row: Withdrawal, sealed: boolean): Withdrawal {
  const { channelId, vcCode } = link.authorise(row.vtest_id, row.outs, row.dynamic);
  const done: Withdrawal = {
    ...row, state: 'authorised', channel_id: channelId, vc_code: vcCode, authorised_ms: row.authorised_ms ?? context.runtime.nowMs(), tries: 0,
  };
  context.state.transaction(() => {
    context.state.putWithdrawal(done);
    if (sealed) context.state.setNumber('sealed-seen', 1);
  });
  return done;
}

function readPulled(body: unknown): Pulled | null {
  const { vtest_id: id, vtest_info: info } = (body ?? {}) as Record<string, unknown>;
  const text = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(text) || typeof info !== 'string') return null;
  return { id: text, info };
}

function tellOnce(context: VContext, id: string, words: string): void {
  if (context.state.getText('held') === id) return;
  context.state.setText('held', id);
  context.tellAdmins(words);
}

function warnLowBalance(context: VContext, balance: number): void {
  const { minBalanceSats } = context.policy;
  if (minBalanceSats === undefined) return;
  const isLow = balance < minBalanceSats;
  if (isLow && context.state.getNumber('low-balance', 0) === 0) {
    context.tellAdmins('Balance has reached the minimum limit, please recharge as soon as possible');
  }
  context.state.setNumber('low-balance', isLow ? 1 : 0);
}
