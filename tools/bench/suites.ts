// The suites of `npm run bench`, in the order in which they run.
import type { BenchSuite } from './row';
import { benchSystem } from './system';

export const SUITES: BenchSuite[] = [{ name: 'system', run: benchSystem }];
