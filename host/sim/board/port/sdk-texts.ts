// What the ESP32's ROM and SDK print on UART0 of their own accord, always at 115,200 baud: on a line of another speed
// it arrives as octets that mean nothing.
import { CONSOLE_BAUD } from '../../../../boards/espruino/esp32-chip';

export type ResetReason = 'POWERON_RESET' | 'SW_CPU_RESET';

const CODES: { [reason in ResetReason]: string } = { POWERON_RESET: '0x1', SW_CPU_RESET: '0xc' };

/** As a line of that speed carries the text: a slower one sees several bits as one. */
function atBaud(text: string): (baud: number) => Uint8Array {
  return (baud) => {
    const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
    if (baud === CONSOLE_BAUD) return bytes;
    const step = Math.max(1, Math.round(CONSOLE_BAUD / baud));
    return bytes.filter((_byte, i) => i % step === 0).map((byte) => byte | 0x80);
  };
}

/** At each start: the ROM's words, the second loader's, the probe for external memory. */
export function startText(reason: ResetReason): (baud: number) => Uint8Array {
  return atBaud(
    [
      'ets Jun  8 2016 00:22:57',
      '',
      `rst:${CODES[reason]} (${reason}),boot:0x13 (SPI_FAST_FLASH_BOOT)`,
      'configsip: 0, SPIWP:0xee',
      'mode:DIO, clock div:2',
      'load:0x3fff0018,len:4',
      'entry 0x400806b8',
      'E (593) spiram: SPI RAM not initialized',
      '',
    ].join('\r\n'),
  );
}

/** When the SDK gives a board up. */
export function panicText(why: string): (baud: number) => Uint8Array {
  return atBaud(
    [
      '',
      `Guru Meditation Error: Core  1 panic'ed (${why}). Exception was unhandled.`,
      'Backtrace: 0x400d1a2c:0x3ffb1f50 0x400d2b40:0x3ffb1f70',
      '',
      'Rebooting...',
      '',
    ].join('\r\n'),
  );
}
