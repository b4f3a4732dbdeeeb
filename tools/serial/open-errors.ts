// Why a serial port cannot be opened, in words that say what to do on the system that the error comes from. Every way
// that this goes wrong has its own code.
import { fail } from '../../protocol/errors';

/** A port of Windows: its driver's words mean other things than a Unix system's. */
// Names only: the same words on another system mean something else.
const isWindowsPort = (name: string): boolean => /^(\\\\\.\\)?COM\d+$/i.test(name);

/**
 * What opened a port before us or took it away, by the system. Linux: ModemManager asks every new port whether it is a
 * modem, brltty claims CP210x and CH340 adapters as Braille displays.
 */
function portThieves(name: string): string {
  if (isWindowsPort(name))
    return (
      'close the program that has it open (a terminal, a web IDE, a flasher), or unplug the board and ' +
      'plug it in again'
    );
  if (/^\/dev\/cu\./.test(name))
    return 'close the program that holds it (a terminal, a web IDE, a gateway) and try again';
  return (
    'close the program that holds it (a terminal, a web IDE, a gateway) and try again; on Linux ' +
    'ModemManager may hold it ' +
    'for a minute after it is plugged in ("sudo systemctl stop ModemManager")'
  );
}

/** Why a port may be gone though the cable is in. */
export function whereItWent(name: string): string {
  return isWindowsPort(name) || /^(\/dev\/cu\.|tcp:)/.test(name)
    ? ''
    : '; on Linux brltty takes CP210x and CH340 adapters away ("sudo apt remove brltty", then plug it in again)';
}

/** What the end of a line under a console is, for people: `port-gone`; every other error stays as it is. */
export function explainEnd(name: string, error: unknown): unknown {
  if ((error as { code?: unknown }).code !== 'console-closed') return error;
  return fail('port-gone', `${name} is gone: the cable was pulled or the board lost power${whereItWent(name)}`);
}

/** What Windows says, by serialport's binding: its words, or the number of its error. */
function explainWindowsError(name: string, error: Error): Error {
  const text = error.message;
  if (/access (is )?denied|error code 5\b|sharing violation|error code 32\b|busy|in use/i.test(text))
    return fail('port-busy', `${name} is in use: ${portThieves(name)}`);
  if (/not found|cannot find|no such|error code [23]\b/i.test(text))
    return fail('no-port', `there is no port ${name}: plug the board in, or look in the Device Manager under Ports`);
  if (/invalid (parameter|handle|function)|error code (1|6|87)\b/i.test(text))
    return fail(
      'not-a-port',
      `${name} does not behave as a serial port (${text}): check its name in the Device Manager`,
    );
  return fail(
    'port-failed',
    `${name} cannot be opened (${text}): unplug the board, plug it in again, and install the driver ` +
      'of its chip (CP210x or CH340) where the Device Manager shows a warning',
  );
}

/** What a connection over the network ends with: no cable, no driver. */
const NO_LISTENER = /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND|EAI_AGAIN/;

function howToGetRights(name: string): string {
  if (/^\/dev\/cu\./.test(name))
    return 'allow the terminal to use accessories in the system settings, and close what else has it open';
  return 'on Linux add yourself to its group (sudo usermod -a -G dialout $USER) and log in again';
}

/** The error of the operating system in words that say what to do, of the system that the words come from. */
export function explainOpenError(name: string, error: Error): Error {
  if (isWindowsPort(name)) return explainWindowsError(name, error);
  const text = `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`;
  if (NO_LISTENER.test(text))
    return fail('no-port', `nothing listens at ${name} (${text.trim()}): start the simulator or check the address`);
  if (/ENOENT|no such file|cannot find|File not found/i.test(text))
    return fail(
      'no-port',
      `there is no port ${name}: plug the board in, or list the ports with "chaincloud doctor"${whereItWent(name)}`,
    );
  if (/EACCES|EPERM|permission denied|access denied/i.test(text))
    return fail('port-rights', `no right to open ${name}: ${howToGetRights(name)}`);
  if (/EBUSY|EAGAIN|cannot lock|busy|in use/i.test(text))
    return fail('port-busy', `${name} is in use: ${portThieves(name)}`);
  if (/ENOTTY|EINVAL|ENXIO|not a tty|Inappropriate ioctl/i.test(text))
    return fail('not-a-port', `${name} is not a serial port: check the path`);
  return fail('port-failed', `${name} cannot be opened (${error.message}): unplug the board and plug it in again`);
}
