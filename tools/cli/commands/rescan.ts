// `chaincloud rescan`: has the API read the chain again, and follows how far it is.
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCOUNT_MAX } from '../../../protocol/wire';
import { ADMIN_CALLS, type RescanReply } from '../../../host/api/calls/admin';
import type { Caller } from '../../../host/api/calls/client';
import { actionCommand, aNumber, type Shown } from '../api-actions';

const LOOK_MS = 500;

function lineOf(progress: RescanReply): string {
  if (!progress) return 'no re-scan was begun';
  const { from, height, target, done, failure } = progress;
  if (failure !== null) return `ended after block ${height ?? 'none'}: ${failure}`;
  if (done) return `done: blocks ${from} to ${target}`;
  const read = Math.max(0, (height ?? from) - from);
  const percent = Math.floor((100 * read) / Math.max(1, target - from + 1));
  return `block ${height ?? from} of ${target}, from ${from}: ${percent} %`;
}

async function look(call: Caller): Promise<Shown> {
  const result = await call(ADMIN_CALLS.rescanProgress, {});
  return { result, lines: [lineOf(result)] };
}

export const rescanCommand = actionCommand(
  'rescan',
  'has the API read the chain again from a height',
  {
    start: {
      takes: ['HEIGHT'],
      help: 'begins; with --wait follows it to its end',
      async run(call, [text], { values, switches }) {
        const height = aNumber('HEIGHT', text);
        const { account } = values;
        const whose = account === undefined ? {} : { account: aNumber('--account', account, ACCOUNT_MAX) };
        await call(ADMIN_CALLS.rescan, { body: { height, ...whose } });
        let shown = await look(call);
        while (switches.wait && !(shown.result as RescanReply)?.done) {
          if (!switches.json) process.stderr.write(`${shown.lines[0]}\n`);
          await sleep(LOOK_MS);
          shown = await look(call);
        }
        return shown;
      },
    },
    progress: { takes: [], help: 'shows how far the last one is', run: (call) => look(call) },
  },
  {
    account: { value: 'N', help: 'with start: whose coins may begin there; all accounts when left out' },
    wait: { help: 'with start: waits for the end' },
  },
);
