// SIMCom A7670, A7672: LTE Cat 1, with GSM on some variants. Keeps SMS in its own memory, gives its supply in volts or
// not at all. Spec: A76XX Series AT Command Manual, A7670 Hardware Design.

/** What AT+CGMM and ATI say holds it. */
export const A7670_NAME = 'A767';
/** Steps of the script (kinds.ts) that it does without. */
export const A7670_WITHOUT = '|ATI|AT+CLTS=1|';
/** Lines by which it says that it has just started. */
export const A7670_READY_LINES = '|*ATREADY: 1|SMS DONE|PB DONE|';
/** Store that it is asked for first (kinds.ts STORES). */
export const A7670_STORE = 1;
/** Pulses at PWRKEY, ms. */
export const A7670_ON_MS = 100;
export const A7670_OFF_MS = 3000;
