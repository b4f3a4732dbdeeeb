// The suites of `npm run bench`, in the order in which they run.
import { benchApi } from './api';
import { benchChain } from './chain';
import { benchCrypto } from './crypto';
import { benchFirmware } from './firmware';
import { benchFlash } from './flash';
import { benchKill } from './kill';
import { benchModel } from './model';
import { benchModem } from './modem';
import { benchModes } from './modes';
import type { BenchSuite } from './row';
import { benchSms } from './sms';
import { benchSystem } from './system';
import { benchWire } from './wire';

export const SUITES: BenchSuite[] = [
  { name: 'system', run: benchSystem },
  { name: 'api', run: benchApi },
  { name: 'chain', run: benchChain },
  { name: 'kill', run: benchKill },
  { name: 'sms', run: benchSms },
  { name: 'modem', run: benchModem },
  { name: 'modes', run: benchModes },
  { name: 'wire', run: () => benchWire() },
  { name: 'model', run: benchModel },
  { name: 'firmware', run: benchFirmware },
  { name: 'crypto', run: benchCrypto },
  { name: 'flash', run: benchFlash },
];
