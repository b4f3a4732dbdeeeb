// The kinds of modem that the simulated modem can be: what an A7670 and a SIM7600 say and do otherwise than a SIM800,
// as data. Sources: SIM800 Series AT Command Manual 1.09, A76XX Series AT Command Manual, SIM7500_SIM7600 Series AT
// Command Manual, LilyGo-Modem-Series, TinyGSM.

export type ModemKindName = 'sim800' | 'a7670' | 'sim7600';

export interface ModemKind {
  name: ModemKindName;
  /** Radio technologies: `lte` goes on when GSM is switched off. */
  hasLte: boolean;
  /** Answers to AT+CGMI, AT+CGMM, AT+CGMR and ATI. */
  manufacturer: string;
  model: string;
  revision: string;
  identity: string[];
  /** Lines at power-on, when it has looked at the SIM, and when SMS can be used. */
  ready: { on: string[]; sim: string[]; sms: string[] };
  /** Where SMS lie, which places they have there, and how many. */
  store: { name: string; first: number; capacity: number };
  /** Answer to AT+CPMS=?. */
  stores: string;
  /** Highest <ds> of AT+CNMI. */
  maxDs: number;
  /** Year from which the clock counts until it is set. */
  clockYear: number;
  supply(millivolts: number, percent: number): string;
}

export const MODEM_KINDS: { [name in ModemKindName]: ModemKind } = {
  sim800: {
    name: 'sim800',
    hasLte: false,
    manufacturer: 'SIMCOM_Ltd',
    model: 'SIMCOM_SIM800L',
    revision: 'Revision:1418B05SIM800L24',
    identity: ['SIM800 R14.18'],
    ready: { on: ['RDY', '+CFUN: 1'], sim: ['Call Ready'], sms: ['SMS Ready'] },
    store: { name: 'SM', first: 1, capacity: 20 },
    stores: '("SM"),("SM"),("SM")',
    maxDs: 2,
    clockYear: 2004,
    supply: (millivolts, percent) => `0,${percent},${millivolts}`,
  },
  a7670: {
    name: 'a7670',
    hasLte: true,
    manufacturer: 'INCORPORATED',
    model: 'A7670E-FASE',
    revision: '+CGMR: A110B07A7670M7',
    identity: [
      'Manufacturer: INCORPORATED',
      'Model: A7670E-FASE',
      'Revision: A110B07A7670M7',
      '+GCAP: +CGSM,+FCLASS,+DS',
    ],
    ready: { on: ['*ATREADY: 1'], sim: [], sms: ['SMS DONE', 'PB DONE'] },
    store: { name: 'ME', first: 0, capacity: 180 },
    stores: '("ME","MT","SM"),("ME","MT","SM"),("ME","MT")',
    maxDs: 0,
    clockYear: 1970,
    supply: (millivolts) => `${(millivolts / 1000).toFixed(3)}V`,
  },
  sim7600: {
    name: 'sim7600',
    hasLte: true,
    manufacturer: 'SIMCOM INCORPORATED',
    model: 'SIMCOM_SIM7600E-H',
    revision: '+CGMR: LE20B04SIM7600M22',
    identity: [
      'Manufacturer: SIMCOM INCORPORATED',
      'Model: SIMCOM_SIM7600E-H',
      'Revision: SIM7600M22_V2.0',
      '+GCAP: +CGSM',
    ],
    ready: { on: ['RDY'], sim: [], sms: ['SMS DONE', 'PB DONE'] },
    store: { name: 'SM', first: 0, capacity: 50 },
    stores: '("ME","MT","SM","SR"),("ME","MT","SM","SR"),("ME","MT","SM","SR")',
    maxDs: 2,
    clockYear: 1980,
    supply: (millivolts) => `${(millivolts / 1000).toFixed(3)}V`,
  },
};

/** Names of the kinds, in the order of the table. */
export const MODEM_KIND_NAMES = Object.keys(MODEM_KINDS) as ModemKindName[];
