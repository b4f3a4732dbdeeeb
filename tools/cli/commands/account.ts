// `chaincloud account`: accounts at the API.
import { Value } from '@sinclair/typebox/value';
import { ACCOUNT_MAX } from '../../../protocol/wire';
import { fail } from '../../../protocol/errors';
import { readJson } from '../../../host/kit/json-file';
import { ACCOUNTS_PAGE, ADMIN_CALLS, type Registration } from '../../../host/api/calls/admin';
import { actionCommand, aNumber, columns, moreLine, PAGE_FLAGS, pages } from '../api-actions';

interface Tokens {
  cold_receiving: string;
  hot_sending: string;
}

const tokenLines = ({ cold_receiving, hot_sending }: Tokens): string[] => [
  `cold receiving token  ${cold_receiving}`,
  `hot sending token     ${hot_sending}`,
  'They are shown this once: the API keeps their hashes alone.',
];

/** The file as the API takes it. Throws `account-file` naming what is wrong. */
function accountFile(path: string): Registration['file'] {
  const file = readJson(path, 'account-file');
  const schema = ADMIN_CALLS.registerAccount.body.properties.file;
  const problem = Value.Errors(schema, file).First();
  if (problem)
    throw fail(
      'account-file',
      `${path}: "${problem.path.slice(1).replaceAll('/', '.')}" is missing or not as expected`,
    );
  return file as Registration['file'];
}

export const accountCommand = actionCommand(
  'account',
  'accounts at the API',
  {
    register: {
      takes: ['FILE'],
      help: 'enters an account from its public file and shows its two tokens',
      async run(call, [path], { values }) {
        const birth = values['birth-height'];
        const body: Registration = { file: accountFile(path) };
        if (values.name !== undefined) body.name = values.name;
        if (birth !== undefined) body.birth_height = aNumber('--birth-height', birth);
        const result = await call(ADMIN_CALLS.registerAccount, { body });
        return {
          result,
          lines: [`account ${result.account}, user_id ${result.user_id}`, ...tokenLines(result.tokens)],
        };
      },
    },
    list: {
      takes: [],
      help: 'lists accounts',
      async run(call, _args, input) {
        const limit = aNumber('--limit', input.values.limit ?? String(ACCOUNTS_PAGE), ACCOUNTS_PAGE);
        const rows = await pages(
          input,
          limit,
          (query) => call(ADMIN_CALLS.listAccounts, { query }),
          ({ account }) => account,
        );
        const table = columns(
          ['account', 'user_id', 'name', 'script', 'birth height', 'registered'],
          rows.map((row) => [
            row.account,
            row.user_id,
            row.user_name,
            row.script,
            row.birth_height,
            new Date(row.registered_at).toISOString(),
          ]),
        );
        return { result: rows, lines: [...table, ...moreLine(input, rows, limit, ({ account }) => account)] };
      },
    },
    tokens: {
      takes: ['ACCOUNT'],
      help: 'makes new tokens; the old ones are worth nothing from then on',
      async run(call, [account]) {
        const params = { account: String(aNumber('ACCOUNT', account, ACCOUNT_MAX)) };
        const result = await call(ADMIN_CALLS.rotateTokens, { params });
        return { result, lines: [`account ${result.account}`, ...tokenLines(result.tokens)] };
      },
    },
  },
  {
    name: { value: 'TEXT', help: "with register: the customer's name" },
    'birth-height': { value: 'N', help: 'with register: the block where its coins may begin; the tip when left out' },
    ...PAGE_FLAGS,
  },
);
