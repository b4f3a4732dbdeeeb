// `chaincloud device`: the boards as the API last heard them.
import { ADMIN_CALLS, type DevicesReply } from '../../../host/api/calls/admin';
import { actionCommand } from '../api-actions';

function linesOf(board: string, device: DevicesReply['hot'] | DevicesReply['cold']): string[] {
  if (!device) return [`${board}  never asked`];
  const fields = Object.entries(device.fields ?? {}).map(([name, value]) => {
    const text = Array.isArray(value) ? value.map((each) => JSON.stringify(each)).join(' ') : String(value);
    return `${board}  ${name.padEnd(14)} ${text}`;
  });
  const times = [
    `${board}  ${'asked'.padEnd(14)} ${device.asked_at}`,
    `${board}  ${'answered'.padEnd(14)} ${device.answered_at ?? '-'}`,
  ];
  return [
    ...times,
    ...(device.failure === null ? [] : [`${board}  ${'failure'.padEnd(14)} ${device.failure}`]),
    ...fields,
  ];
}

export const deviceCommand = actionCommand('device', 'HSM-Hot and HSM-Cold as the API last heard them', {
  show: {
    takes: [],
    help: 'shows the last answers, with named fields',
    async run(call) {
      const result = await call(ADMIN_CALLS.listDevices, {});
      return { result, lines: [...linesOf('hot ', result.hot), ...linesOf('cold', result.cold)] };
    },
  },
  ask: {
    takes: [],
    help: 'asks both boards for their status; look with `show` a little later',
    async run(call) {
      return { result: await call(ADMIN_CALLS.askDevices, {}), lines: ['the boards are asked'] };
    },
  },
});
