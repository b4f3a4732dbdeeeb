// Keeps the input queue of the interpreter on a PC whole while much is sent to it. There a thread reads standard input
// byte by byte and appends each to the queue's last event, while the interpreter takes events out, without a lock
// (Espruino: targets/linux/jshardware.c jshInputThread; src/jsdevices.c jshPushIOCharEvents against jshPopIOEvent).
// When the last event is taken out between the thread's look at it and its write, a byte of data is read as a length,
// and the process ends with "ASSERT(len <= 64)": in two of three uploads of HSM-Cold. On a chip that code runs in an
// interrupt and cannot meet itself.
//
// In each turn the thread reads input, then writes out what devices are to send, then rests: 50 ms, or 1 ms when there
// was something to write. So a byte for a device on /dev/null, waited for until it is sent, puts the interpreter's turn
// into the thread's rest; a timer does that all the time. It makes the thread quick, too: ten times the bytes a second.
import type { Prompt } from './prompt';

/** `process.env.BOARD` of the interpreter that needs it. */
export const PC_BOARD = 'LINUX';

/** Starts the timer, once. The device is one that no image uses. */
const START =
  '(global.$i===undefined?(Serial6.setup(9600,{path:"/dev/null"}),' +
  'global.$i=setInterval(function(){Serial6.write("x");Serial6.flush();},0)):1,1)';

/** Starts it where it is needed; a restart of the interpreter ends it. */
export async function startPacemaker(prompt: Pick<Prompt, 'board' | 'eval'>): Promise<void> {
  if (prompt.board === PC_BOARD) await prompt.eval(START);
}
