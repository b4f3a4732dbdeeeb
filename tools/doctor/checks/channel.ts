// The age of the last channel with a V-Device, from the audit log; it is made anew every day.
import { AUDIT_CHANNEL } from '../../../firmware/journal/audit-codes';
import { parseLog } from '../../../host/operator';
import { consoleOf, isResult, ok, skipped, warn, type Check } from '../check';

const OLD_HOURS = 26;

export const channel: Check = {
  name: 'channel',
  group: 'board',
  async run(patient) {
    const view = await consoleOf(patient);
    if (isResult(view)) return [view];
    if (view.role !== 'cold') return [skipped('HSM-Hot has none')];
    const last = parseLog(view.lines)
      .filter((entry) => entry.code === AUDIT_CHANNEL)
      .pop();
    if (!last) return [skipped('the log names none')];
    const hours = (patient.nowMs / 1000 - last.unixSeconds) / 3600;
    if (hours > OLD_HOURS)
      return [
        warn(
          `the last one was made ${Math.round(hours)} h ago`,
          "look at V-Device: is it on, does its modem reach the network, is the SIM's credit used up?",
        ),
      ];
    return [ok(`made ${hours.toFixed(1)} h ago`)];
  },
};
