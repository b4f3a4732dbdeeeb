// The API as others start it.

export { startApi } from './server';
export type { AccountFile, Api, ApiOptions, RegisteredAccount } from './types';
