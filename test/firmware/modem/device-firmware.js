// The driver as an image: answers each data SMS with the same data, tells on the console what happens, one line each:
// `sms FROM TEXT-OR-HEX`, `sent CODE`, `event NAME`, `vars USED` (variables in use, told when a message is handed
// over).
import { createModems, startModems } from '../../../dist/.device/firmware/modem/failover.js';
import { sendData } from '../../../dist/.device/firmware/modem/outbox.js';

var hal;
var modems;

function say(line) {
  hal.console.write(E.toUint8Array(line + '\n'));
}

function onSent(error) {
  say('sent ' + (error ? error.code : 'ok'));
}

function onSms(sms, ack) {
  say('vars ' + process.memory().usage);
  say('sms ' + sms.from + ' ' + (sms.data ? E.toString(sms.data) : sms.text));
  if (sms.data) sendData(modems, sms.from, { port: sms.port, bytes: sms.data }, onSent, true);
  ack();
}

function onEvent(name, value, modem) {
  say('event ' + name + ' ' + modem);
}

export function runDriver(board) {
  hal = board;
  var before = process.memory().usage;
  modems = createModems(hal.modems, hal.clock, { onSms: onSms, onEvent: onEvent, pollMs: 2000 });
  startModems(modems);
  say('made ' + (process.memory().usage - before));
}
