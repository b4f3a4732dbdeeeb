// Phone numbers and secrets of the simulated world. Public on purpose: nothing outside a simulation ever uses them.

export const NUMBERS = {
  /** HSM-Cold's two SIM cards. */
  cold: '+8613900000001',
  coldSpare: '+8613900000002',
  v: '+8613800000001',
  customerAdmin: '+8613800000009',
  platformAdmin: '+8613800000008',
} as const;

export const SIM_TOKENS = {
  website: 'sim-website-token-000001',
  shop: 'sim-shop-admin-token-001',
  apiAdmin: 'sim-api-admin-token-0001',
  gateway: 'sim-gateway-token-000001',
  /** Shared by website and V. */
  password: 'sim-password-20160721',
  /** Of HSM-Cold's console. */
  pin: '83214607',
} as const;

/** Simulated time at the start unless asked otherwise: shortly before the daily key exchange at 03:00. */
export const SIM_START_MS = Date.UTC(2026, 0, 5, 2, 55, 0);
/**
 * How often the programs look for work that nobody told them of, ms of simulated time; node and API tell of news at
 * once.
 */
export interface Polls {
  /** V at the website, for withdrawals; for batches twice as long. */
  vMs: number;
  /** The gateway at the API. */
  gatewayMs: number;
  /** The API at the node. */
  chainMs: number;
}

/** For scripts on the fast clock: a simulated day costs seconds. */
export const CALM_POLLS: Polls = { vMs: 30_000, gatewayMs: 60_000, chainMs: 60_000 };
/** For people and boards in real time. */
export const QUICK_POLLS: Polls = { vMs: 2000, gatewayMs: 500, chainMs: 500 };
