// All calls of the HTTP API.

import { ADMIN } from './admin';
import type { CallGroup } from './call';
import { GATEWAY } from './gateway';
import { OPEN } from './open';
import { OPERATE } from './operate';

export const CALL_GROUPS: readonly CallGroup[] = [OPEN, GATEWAY, ADMIN, OPERATE];
