// Whether a board answers at all, and as what.
import { BOARDS } from '../../flash/boards';
import { bad, ok, warn, type Check } from '../check';

export const answers: Check = {
  name: 'board answers',
  group: 'board',
  async run(patient) {
    const view = await patient.board();
    if ('error' in view)
      return [
        view.code === 'no-port' && !view.isNamed
          ? warn(view.error, 'name the port with --port')
          : bad(view.error, 'see the message; then run this again'),
      ];
    if (view.kind === 'prompt' && view.board === '')
      return [
        bad(
          `Espruino ${view.interpreter} that has lost its name (process.env.BOARD is missing): no image goes onto it`,
          'write a whole build: "chaincloud flash --base DIR"',
        ),
      ];
    if (view.kind === 'prompt' && !BOARDS.some(({ espruinoBoard }) => espruinoBoard === view.board))
      return [
        bad(
          `Espruino ${view.interpreter} for "${view.board}": no board here takes it`,
          'write the build for the classic ESP32: "chaincloud flash --base DIR"',
        ),
      ];
    if (view.kind === 'prompt')
      return [
        warn(
          `Espruino ${view.interpreter} on ${view.board}, at its prompt: it runs no image`,
          'flash one: "chaincloud flash --board ... --role ..."',
        ),
      ];
    return [ok(`HSM-${view.role === 'cold' ? 'Cold' : 'Hot'} on ${view.board}`)];
  },
};
