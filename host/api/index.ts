// The API as others start it.

export { startApi } from './server';
export type { RegisteredAccount } from './calls/admin';
export type { AccountFile, Api, ApiOptions } from './types';
