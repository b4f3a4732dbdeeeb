// SIMCom SIM800: GSM only. Spec: SIM800 Series AT Command Manual 1.09, SIM800 Hardware Design.

/** What AT+CGMM and ATI say holds it. */
export const SIM800_NAME = 'SIM800';
/** Steps of the script (kinds.ts) that it does without. */
export const SIM800_WITHOUT = '|ATI|AT+CTZU=1|AT+CTZR=1|AT+CPMS=?|AT+CNMI=?|AT+CEREG?|AT+CGREG?|';
/** Lines by which it says that it has just started. */
export const SIM800_READY_LINES = '|RDY|+CFUN: 1|Call Ready|SMS Ready|';
/** RADIO_GSM: every registration's, as its +COPS names none. */
export const SIM800_RADIO = 2;
/** Pulses at PWRKEY, ms. */
export const SIM800_ON_MS = 1000;
export const SIM800_OFF_MS = 1500;
