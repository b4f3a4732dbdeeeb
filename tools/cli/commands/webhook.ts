// `chaincloud webhook`: endpoints that the API notifies of deposits and payments.
import { ACCOUNT_MAX } from '../../../protocol/wire';
import { fail } from '../../../protocol/errors';
import { ADMIN_CALLS } from '../../../host/api/calls/admin';
import { EVENT_TYPES, type EventType } from '../../../host/api/calls/webhooks';
import { actionCommand, aNumber, columns } from '../api-actions';

function eventsOf(text: string): EventType[] {
  return text.split(',').map((word) => {
    const type = EVENT_TYPES.find((each) => each === word);
    if (type === undefined) throw fail('usage', `"--events" expected some of ${EVENT_TYPES.join(',')}, got ${word}`);
    return type;
  });
}

const idOf = (text: string): { params: { id: string } } => ({ params: { id: String(aNumber('ID', text)) } });
const secretLines = (secret: string): string[] => [`secret  ${secret}`, 'It is shown this once.'];

export const webhookCommand = actionCommand(
  'webhook',
  'endpoints that the API notifies of deposits and payments',
  {
    add: {
      takes: ['ACCOUNT', 'URL'],
      help: 'adds an endpoint and shows the secret of its signatures',
      async run(call, [account, url], { values }) {
        const events = values.events === undefined ? {} : { events: eventsOf(values.events) };
        const body = { account: aNumber('ACCOUNT', account, ACCOUNT_MAX), url, ...events };
        const result = await call(ADMIN_CALLS.addWebhook, { body });
        return { result, lines: [`endpoint ${result.id}`, ...secretLines(result.secret)] };
      },
    },
    list: {
      takes: [],
      help: 'lists endpoints and how they stand',
      async run(call) {
        const rows = await call(ADMIN_CALLS.listWebhooks, {});
        const table = columns(
          ['id', 'account', 'url', 'waiting', 'failing since', 'last failure'],
          rows.map((row) => [row.id, row.account, row.url, row.pending, row.failing_since, row.last_failure]),
        );
        return { result: rows, lines: table };
      },
    },
    messages: {
      takes: ['ID'],
      help: 'lists the last messages of an endpoint',
      async run(call, [id], { values }) {
        const { cursor } = values;
        const rows = await call(ADMIN_CALLS.listWebhookMessages, { ...idOf(id), ...(cursor && { query: { cursor } }) });
        const table = columns(
          ['id', 'type', 'created', 'delivered', 'tries', 'last failure'],
          rows.map((row) => [row.id, row.type, row.created_at, row.delivered_at, row.tries, row.last_failure]),
        );
        return { result: rows, lines: table };
      },
    },
    redeliver: {
      takes: ['ID'],
      help: 'delivers a message once more',
      async run(call, [id]) {
        const result = await call(ADMIN_CALLS.redeliverWebhookMessage, idOf(id));
        return { result, lines: [`message ${id} is delivered once more`] };
      },
    },
    secret: {
      takes: ['ID'],
      help: 'makes a new secret; for a day messages are signed with both',
      async run(call, [id]) {
        const result = await call(ADMIN_CALLS.rotateWebhookSecret, idOf(id));
        return { result, lines: secretLines(result.secret) };
      },
    },
    remove: {
      takes: ['ID'],
      help: 'removes an endpoint with its messages',
      async run(call, [id]) {
        return { result: await call(ADMIN_CALLS.removeWebhook, idOf(id)), lines: [`endpoint ${id} is removed`] };
      },
    },
  },
  {
    events: { value: 'TYPE,...', help: `with add: ${EVENT_TYPES.join(', ')}; all when left out` },
    cursor: { value: 'N', help: 'with messages: goes on below the message of this number' },
  },
);
