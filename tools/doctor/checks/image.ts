// The image on the board against the images of this build.
import { consoleOf, isResult, ok, warn, type Check } from '../check';

export const image: Check = {
  name: 'image',
  group: 'board',
  async run(patient) {
    const view = await consoleOf(patient);
    if (isResult(view)) return [view];
    const built = patient.builtCommit();
    if (view.commit?.endsWith('+'))
      return [warn(`commit ${view.commit}: built from files that were not committed`, 'flash an image of a commit')];
    if (built !== undefined && view.commit !== built)
      return [
        warn(
          `commit ${view.commit}, this build has ${built}`,
          `flash it if that is the newer one: "chaincloud flash --board ${view.board} --role ${view.role}"`,
        ),
      ];
    return [ok(`commit ${view.commit}`)];
  },
};
