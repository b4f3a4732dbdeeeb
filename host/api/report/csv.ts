// A statement as CSV (RFC 4180) for bookkeeping: opening line, one line an entry, closing line.

import type { Statement } from '../calls/shapes';

const COLUMNS = ['at', 'kind', 'height', 'tx_hash', 'user_tx_no', 'received', 'paid', 'fee', 'balance'] as const;

/** Quotes a field; text that a spreadsheet would take for a formula gets an apostrophe in front. */
function field(value: string | number | null): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}

export function statementCsv(statement: Statement): string {
  const lines = [
    ['account', 'side', ...COLUMNS].join(','),
    [
      statement.account,
      statement.side,
      statement.from,
      'opening',
      '',
      '',
      '',
      '',
      '',
      '',
      statement.opening_balance,
    ].join(','),
    ...statement.entries.map((entry) =>
      [statement.account, statement.side, ...COLUMNS.map((name) => field(entry[name]))].join(','),
    ),
    [
      statement.account,
      statement.side,
      statement.to ?? '',
      'closing',
      statement.tip?.height ?? '',
      '',
      '',
      statement.deposits,
      statement.sends + statement.sweeps + statement.others,
      statement.fees,
      statement.closing_balance,
    ].join(','),
  ];
  return lines.join('\r\n') + '\r\n';
}
