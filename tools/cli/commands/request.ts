// `chaincloud request`: send requests at the API.
import { ACCOUNT_MAX } from '../../../protocol/wire';
import { fail } from '../../../protocol/errors';
import { ADMIN_CALLS, REQUESTS_PAGE } from '../../../host/api/calls/admin';
import { actionCommand, aNumber, columns, moreLine, PAGE_FLAGS, pages } from '../api-actions';

const STATES = ['queued', 'planned', 'signed', 'sent', 'failed'] as const;

function aState(text: string): (typeof STATES)[number] {
  const state = STATES.find((each) => each === text);
  if (state === undefined) throw fail('usage', `"--state" expected ${STATES.join(', ')}, got ${text}`);
  return state;
}

export const requestCommand = actionCommand(
  'request',
  'send requests at the API',
  {
    list: {
      takes: [],
      help: 'lists requests, newest first, with what keeps them',
      async run(call, _args, input) {
        const { account, state, limit = String(REQUESTS_PAGE) } = input.values;
        const rowsMax = aNumber('--limit', limit, REQUESTS_PAGE);
        const filter = {
          ...(account !== undefined && { account: String(aNumber('--account', account, ACCOUNT_MAX)) }),
          ...(state !== undefined && { state: aState(state) }),
        };
        const rows = await pages(
          input,
          rowsMax,
          (query) => call(ADMIN_CALLS.listRequests, { query: { ...filter, ...query } }),
          ({ id }) => id,
        );
        const table = columns(
          ['id', 'account', 'user_tx_no', 'state', 'requested', 'tries', 'reason'],
          rows.map((row) => [
            row.id,
            row.account,
            row.user_tx_no,
            row.state,
            new Date(row.requested_at).toISOString(),
            row.tries,
            row.reason ?? row.last_failure,
          ]),
        );
        return { result: rows, lines: [...table, ...moreLine(input, rows, rowsMax, ({ id }) => id)] };
      },
    },
    'give-up': {
      takes: ['ID'],
      help: 'ends a request that has no signature; look at the log of HSM-Cold first',
      async run(call, [id]) {
        const result = await call(ADMIN_CALLS.giveUpRequest, { params: { id: String(aNumber('ID', id)) } });
        return { result, lines: [`request ${id} is given up`] };
      },
    },
  },
  {
    account: { value: 'N', help: 'with list: of this account' },
    state: { value: 'WORD', help: `with list: ${STATES.join(', ')}` },
    ...PAGE_FLAGS,
  },
);
