// The API's database: reachable, and at the version that this program knows.
import { bad, ok, skipped, warn, type Check } from '../check';

export const database: Check = {
  name: 'database',
  group: 'platform',
  async run(patient) {
    if (!patient.database) return [skipped('no --database given')];
    try {
      const { present, known } = await patient.database.versions();
      if (present === 0)
        return [
          warn('it holds no tables of the API', 'check the path; a new database gets its tables when the API starts'),
        ];
      if (present < known)
        return [
          warn(
            `version ${present}, this program has ${known}`,
            'stop the API, back the database up, start the API of this version: it brings it up to date',
          ),
        ];
      if (present > known)
        return [bad(`version ${present}, this program knows ${known} only`, 'use the newer program')];
      return [ok(`version ${present}`)];
    } catch (error) {
      return [
        bad((error as Error).message, 'check that it exists, that this user may read it, and that PostgreSQL runs'),
      ];
    }
  },
};
