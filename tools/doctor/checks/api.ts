// The API's own answer.
import { bad, ok, skipped, type Check } from '../check';

export const api: Check = {
  name: 'API',
  group: 'platform',
  async run(patient) {
    if (!patient.api) return [skipped('no --api given')];
    try {
      const status = await patient.api.status();
      // Without a token a running API refuses with 401 or 403; that it answers is what counts.
      return [
        status < 500
          ? ok(`answers at ${patient.api.url}`)
          : bad(`answers ${status} at ${patient.api.url}`, "look at the API's own output"),
      ];
    } catch {
      return [bad(`nothing answers at ${patient.api.url}`, 'start it: "chaincloud api --config FILE"')];
    }
  },
};
