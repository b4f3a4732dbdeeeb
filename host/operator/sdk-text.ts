// What an ESP32's ROM and SDK print on the console of their own accord: at each start, when they probe for external
// memory, and when they give the board up. None of it is an answer of the firmware's.

const SDK_LINE = new RegExp(
  `^(?:${[
    String.raw`ets [A-Z][a-z]{2} +\d+ \d{4} `,
    String.raw`rst:0x[0-9a-f]+ \(`,
    'configsip: ',
    'clk_drv:',
    'mode:[DQ]',
    'load:0x',
    'ho 0 tail ',
    'entry 0x',
    String.raw`(\x1b\[[\d;]*m)?[EWIDV] \(\d+\) `,
    'Guru Meditation Error',
    'Core +[01] register dump',
    'PC +: 0x',
    'Backtrace:',
    'ELF file SHA256',
    String.raw`abort\(\) was called`,
    'assertion ".*" failed',
    'CPU halted',
    String.raw`Rebooting\.\.\.`,
    'Brownout detector was triggered',
  ].join('|')})`,
);

export function isSdkText(line: string): boolean {
  return SDK_LINE.test(line);
}

/** The line in which the ROM says that the chip has started. */
export function isStartText(line: string): boolean {
  return /rst:0x[0-9a-f]+ \(/.test(line);
}
