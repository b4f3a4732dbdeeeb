// The API's answers as V reads them, with the traps of the published app closed: what is not plainly final is not
// final.
// Spec: docs/http-api.md, docs/published-app.md 6.4 and 6.5.

import { destinationOf, isBech32 } from '../../bitcoin/address';
import type { HttpAnswer, HttpClient, Out } from '../../v1';

/** What became of a POST of a request. known: 400 code 3, the API says it has it already. */
export type Posted = 'taken' | 'known' | 'retry';

export interface RequestForm {
  userTxNo: string;
  outs: string;
  dynamic: number;
  confirmed: number;
  vcCode: string;
  channelId: number;
  maxFeeSats: number | null;
}

export type Outcome =
  | { kind: 'open' }
  /** The API does not know the request: it may be late, it is no failure. */
  | { kind: 'unknown' }
  | { kind: 'sent'; txHash: string }
  | { kind: 'failed' }
  /** The answer is about another request, or says two things at once. */
  | { kind: 'contradiction'; what: string };

export async function postRequest(api: HttpClient, request: RequestForm, isPing = false): Promise<Posted> {
  const answer = await api.postForm(isPing ? '/api/v1/open/tx/request' : '/api/v1/open/BTC/tx/request', {
    coin_code: 'BTC',
    user_tx_no: request.userTxNo,
    outs: request.outs,
    vc_code: request.vcCode,
    is_dynamic_fee: request.dynamic,
    only_confirmed: isPing ? null : request.confirmed,
    c_id: request.channelId,
    max_fee_sats: request.maxFeeSats,
    out_type: isPing ? null : 0,
  });
  const body = fields(answer);
  if (answer.status >= 200 && answer.status < 300 && (body.result === true || body.result === 'true')) return 'taken';
  return answer.status === 400 && Number(body.code) === 3 ? 'known' : 'retry';
}

/** Is the API's record of a request this very request? `sent`: its `send_request`. */
function isSameRequest(sent: Record<string, unknown>, vcCode: unknown, request: RequestForm): boolean {
  return (
    String(sent.user_tx_no) === request.userTxNo &&
    sent.outs === request.outs &&
    Number(sent.is_dynamic_fee) === request.dynamic &&
    (vcCode === undefined || vcCode === null || vcCode === request.vcCode)
  );
}

/** What status and hash say together. */
function outcomeOf(status: string, hash: string | null): Outcome {
  if (status === '1') return hash ? { kind: 'sent', txHash: hash } : { kind: 'open' };
  if (status === '9') return hash ? { kind: 'contradiction', what: 'failed with a transaction' } : { kind: 'failed' };
  return { kind: 'open' };
}

/** `isPing`: nothing is paid, so there is no hash to wait for; `txHash` is then empty. */
export async function readOutcome(api: HttpClient, request: RequestForm, isPing = false): Promise<Outcome> {
  const path = isPing ? '/api/v1/open/tx/' : '/api/v1/open/BTC/tx/';
  const answer = await api.get(path + encodeURIComponent(request.userTxNo));
  if (answer.status === 404 || answer.status === 400) return { kind: 'unknown' };
  if (answer.status !== 200) return { kind: 'open' };
  const body = fields(answer);
  const sent = (body.send_request ?? null) as Record<string, unknown> | null;
  if (sent === null) return { kind: 'open' };
  if (!isSameRequest(sent, body.vc_code, request)) return { kind: 'contradiction', what: 'another request' };
  const status = String(body.hot_wallet_tx_status);
  if (isPing && status === '1') return { kind: 'sent', txHash: '' };
  const hash = typeof body.tx_hash === 'string' && /^[0-9a-f]{64}$/.test(body.tx_hash) ? body.tx_hash : null;
  return outcomeOf(status, hash);
}

/** Satoshi of the account, or null when the API does not say. */
export async function readBalance(api: HttpClient): Promise<number | null> {
  const answer = await api.get('/api/v1/open/BTC/user');
  const balance = fields(answer).balance;
  return answer.status === 200 && Number.isSafeInteger(balance) ? (balance as number) : null;
}

/** What the API shows of a transaction. */
export interface Payment {
  /** Every asked output is there. */
  paid: boolean;
  /** null: the inputs' values are not shown. */
  feeSats: number | null;
  /** Upper estimate, as HSM-Cold's: counted from what is shown. */
  vbytes: number;
}

/** null: the API shows no detail (yet). */
export async function readPayment(api: HttpClient, txHash: string, outs: readonly Out[]): Promise<Payment | null> {
  const answer = await api.get('/api/v1/open/BTC/tx/detail/' + txHash);
  const body = fields(answer);
  if (answer.status !== 200 || !Array.isArray(body.outputs)) return null;
  const left = (body.outputs as Record<string, unknown>[]).map((out) => payKey(String(out.address), Number(out.value)));
  const paid =
    body.tx_hash === txHash &&
    outs.every((out) => {
      const at = left.indexOf(payKey(out.address, out.sats));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  return { paid, feeSats: feeOf(body.inputs, body.outputs), vbytes: vbytesOf(body.inputs, body.outputs) };
}

const OVERHEAD_VBYTES = 15;

/**
 * Virtual bytes from counts and kinds of address; an input without one is a p2wpkh, the smallest, so that the fee rate
 * shows as high as it can be.
 */
function vbytesOf(inputs: unknown, outputs: unknown): number {
  const addresses = (list: unknown): string[] =>
    Array.isArray(list) ? list.map((item) => String((item as { address?: unknown } | null)?.address ?? '')) : [];
  const inputBytes = addresses(inputs).reduce(
    (sum, address) => sum + (address === '' || isBech32(address) ? 68 : 148),
    0,
  );
  const outputBytes = addresses(outputs).reduce(
    (sum, address) => sum + 9 + (!isBech32(address) ? 25 : address.length > 50 ? 34 : 22),
    0,
  );
  return OVERHEAD_VBYTES + inputBytes + outputBytes;
}

function feeOf(inputs: unknown, outputs: unknown): number | null {
  const sum = (list: unknown) =>
    Array.isArray(list) ? list.reduce((total, item) => total + Number((item as { value?: unknown })?.value), 0) : NaN;
  const fee = sum(inputs) - sum(outputs);
  return Number.isSafeInteger(fee) && fee >= 0 ? fee : null;
}

function payKey(address: string, sats: number): string {
  return destinationOf(address) + ',' + sats;
}

function fields(answer: HttpAnswer): Record<string, unknown> {
  const { body } = answer;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
}
