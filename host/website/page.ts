// The one page for people: balances, withdrawals, addresses. Reads only; made on the server, no script, no framework.

import { SIDE_COLD } from '../../protocol/wire';
import type { WebsiteContext } from './context';
import { shopWithdrawal } from './shop-routes';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.3rem}
h2{font-size:1.05rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #dde3ea;vertical-align:top}
td.n,th.n{text-align:right}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.ok{color:#0a7a3d}
.bad{color:#b3261e;font-weight:600}
.dim{color:#6b7685}
.sum{display:flex;gap:3rem}
.sum b{display:block;font-size:1.4rem}`;

const BATCH_WORDS: Record<number, string> = {
  1: '<span class="dim">waiting for V</span>',
  2: '<span class="ok">verified</span>',
  3: '<span class="bad">failed</span>',
};

/** Escapes text for HTML. */
export function escapeHtml(text: unknown): string {
  return String(text).replace(/[&<>"']/g, (c) => '&#' + c.charCodeAt(0) + ';');
}

export function loginPage(): string {
  return layout(
    '<form method="post" action="/login"><label>Admin token <input type="password" name="token" ' +
      'autofocus></label> <button>Open</button></form>',
  );
}

export function shopPage(context: WebsiteContext, balances: { hot: number | null; cold: number | null }): string {
  const { store } = context;
  const withdrawals = store
    .withdrawals(50)
    .map(shopWithdrawal)
    .map((row) => {
      const outs = row.outs.map((out) => `<code>${escapeHtml(out.address)}</code> ${btc(out.sats)}`).join('<br>');
      const status =
        row.status === 'sent'
          ? '<span class="ok">sent</span>'
          : row.status === 'failed'
            ? '<span class="bad">failed</span>'
            : '<span class="dim">waiting</span>';
      return [row.vtest_id, row.created_at, outs, status, row.tx_hash ? `<code>${escapeHtml(row.tx_hash)}</code>` : ''];
    });
  const batches = store
    .batches()
    .map((row) => [
      row.side === SIDE_COLD ? 'cold' : 'hot',
      row.batch_no,
      BATCH_WORDS[row.status] ?? row.status,
      row.attestation,
    ]);
  const given = store.givenAddresses(50);
  const deposits = store.deposits();
  const addresses = given.map((row) => {
    const own = deposits.filter((item) => item.address === row.address);
    const seen = own
      .map((item) => `${btc(item.sats)} <span class="dim">${item.confirmations} confirmations</span>`)
      .join('<br>');
    return [
      row.side === SIDE_COLD ? 'cold' : 'hot',
      row.idx,
      `<code>${escapeHtml(row.address)}</code>`,
      escapeHtml(row.ref ?? ''),
      seen,
    ];
  });
  return layout(`<div class="sum">
<div>Hot <b>${btc(balances.hot)}</b></div>
<div>Cold <b>${btc(balances.cold)}</b></div>
</div>
${table('Withdrawals', ['id', 'booked', 'pays', 'status', 'transaction'], withdrawals)}
${table('Address batches', ['side', 'batch', 'status', 'attestation'], batches)}
${table('Addresses given to payers', ['side', 'index', 'address', 'for', 'received'], addresses)}`);
}

function btc(sats: number | null): string {
  return sats === null ? '<span class="dim">unknown</span>' : (sats / 1e8).toFixed(8) + ' BTC';
}

function table(title: string, heads: string[], rows: (string | number)[][]): string {
  const body = rows.map((row) => '<tr>' + row.map((cell) => `<td>${cell}</td>`).join('') + '</tr>').join('\n');
  const none = `<tr><td colspan="${heads.length}" class="dim">none</td></tr>`;
  return `<h2>${title}</h2><table><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>${body || none}</table>`;
}

function layout(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Shop</title><style>${STYLE}</style><h1>Shop</h1>${body}</html>`;
}
