// Serial ports: whether there are any, whether this user may open them, whether the adapter's driver is there.
import { bad, ok, warn, type Check } from '../check';

export const ports: Check = {
  name: 'serial ports',
  group: 'computer',
  async run(patient) {
    const found = await patient.ports();
    if (found.length === 0)
      return [
        warn(
          'no USB serial port',
          'plug the board in with a data cable; where one is plugged in, install the driver of its chip ' +
            '(CP210x or CH340)' +
            (patient.platform === 'linux'
              ? ', and see that brltty does not take it away ("sudo apt remove brltty")'
              : ''),
        ),
      ];
    return found.map((port) => {
      // A port of Windows is no file.
      const denied = patient.platform === 'win32' ? undefined : patient.access(port.path);
      const name = port.usb ? `${port.path} (${port.usb})` : port.path;
      if (denied === 'EACCES')
        return bad(`${name}: no right to open it`, 'on Linux: sudo usermod -a -G dialout $USER, then log in again');
      if (denied !== undefined) return bad(`${name}: ${denied}`, 'unplug the adapter and plug it in again');
      return ok(name);
    });
  },
};
