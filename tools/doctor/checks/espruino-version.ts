// Espruino itself: too old for the tools, or the release that loses UART bytes.
import { bad, ok, skipped, warn, type Check } from '../check';

export const espruinoVersion: Check = {
  name: 'Espruino',
  group: 'board',
  async run(patient) {
    const view = await patient.board();
    if ('error' in view) return [skipped('no board is reached')];
    const match = /^v?(\d+)v(\d+)(\.\d+)?/.exec(view.interpreter);
    if (!match) return [skipped(`runs in ${view.interpreter}`)];
    const [, major, minor, build] = match;
    if (Number(major) < 2 || (major === '2' && Number(minor) < 26))
      return [bad(`${view.interpreter} is too old`, 'flash Espruino 2v26 or later: "chaincloud flash --base DIR"')];
    if (major === '2' && minor === '29' && build === undefined)
      return [
        warn(
          `${view.interpreter} loses UART bytes in bursts`,
          'flash a build after 2v29; until then keep the lines between machines at 19,200 baud',
        ),
      ];
    return [ok(view.interpreter)];
  },
};
