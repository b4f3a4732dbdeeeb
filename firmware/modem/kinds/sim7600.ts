// SIMCom SIM7600: LTE Cat 4, UMTS, GSM. Spec: SIM7500_SIM7600 Series AT Command Manual, SIM7600 Hardware Design.

/** What AT+CGMM and ATI say holds it. */
export const SIM7600_NAME = 'SIM7600';
/** Steps of the script (kinds.ts) that it does without. */
export const SIM7600_WITHOUT = '|ATI|AT+CLTS=1|';
/** Lines by which it says that it has just started. */
export const SIM7600_READY_LINES = '|RDY|SMS DONE|PB DONE|';
/** Pulses at PWRKEY, ms. */
export const SIM7600_ON_MS = 500;
export const SIM7600_OFF_MS = 3000;
