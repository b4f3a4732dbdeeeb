// The API as others start it. Signature here, the work in server.ts.

export type { AccountFile, Api, ApiOptions, HostEvent, NetworkName, RegisteredAccount } from './types';
