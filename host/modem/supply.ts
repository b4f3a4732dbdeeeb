// The supply of a SIM800. Spec: SIM800 Series AT Command Manual 1.09 (+CBC), SIM800 hardware design 4.1.

/** Below this the modem warns of under-voltage, and may restart in a transmission burst. */
export const UNDER_VOLTAGE_MV = 3500;
