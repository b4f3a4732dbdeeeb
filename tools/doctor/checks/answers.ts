// Whether a board answers at all, and as what.
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
