// What an entry of the audit log is about: its code, never reused, and its account where it has none.

export const AUDIT_PROVISIONED = 1;
export const AUDIT_RESTORED = 2;
export const AUDIT_BOOT = 3;
export const AUDIT_UNLOCKED = 4;
export const AUDIT_PIN_WRONG = 5;
export const AUDIT_LOCKED = 6;
export const AUDIT_ACCOUNT_ADDED = 7;
export const AUDIT_ACCOUNT_CHANGED = 8;
export const AUDIT_CHANNEL = 9;
export const AUDIT_SIGNED = 10;
export const AUDIT_REFUSED = 11;
export const AUDIT_CLOSED = 12;
export const AUDIT_REOPENED = 13;
export const AUDIT_SWEPT = 14;
export const AUDIT_TIME_SET = 15;
export const AUDIT_EXPORTED = 16;
export const AUDIT_LINK_KEY = 17;
export const AUDIT_SETTINGS = 18;
export const AUDIT_STATE_RESTORED = 19;
/** Detail: 1 by SMS, 0 at the console. */
export const AUDIT_ACKNOWLEDGED = 20;
export const NO_ACCOUNT = 255;
