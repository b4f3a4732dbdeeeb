/**
 * Takes HSM-Cold's variables away, in the genuine interpreter: a global array of small numbers, of one variable each,
 * grows until only `room` variables are free. Espruino's console history, which the gauge fills
 * (tools/bench/firmware/gauge.ts), would be given up where memory runs out; this array never is. Orders come in a file
 * that is looked at ten times a second, and a board that starts finds nothing held, whatever was ordered before, unless
 * the order was for its next start. What looks at the file has some variables of its own set aside, so that they can be
 * given back where nothing else runs any more.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const LOOK_MS = 100;
/** Set aside for the look. */
const SPARE = 90;
/** Names the folder in which the board's process runs. */
const MARK_FILE = 'exhaust';

export interface Filler {
  prelude(role: 'cold' | 'hot'): string;
  /** Leaves so many variables free, from now on until the board restarts. */
  fill(room: number): void;
  /** The next start, and only that, has so many free before the image is read. */
  fillAtStart(room: number): void;
  give(): void;
  /** Runs ES5 on the board. */
  run(code: string): void;
  /** Takes a line of the board's log. */
  hear(line: string): void;
  /** Was the last order carried out? */
  isAnswered(): boolean;
  /** Where the board's flash lies as files. */
  folder(): string;
  close(): void;
}

/** ES5 of the filler. Indentation would take variables of the board. */
function program(file: string): string {
  return `var ccHeld=[],ccSpare,ccOrder=require("fs").readFileSync(${JSON.stringify(file)});
function ccFill(number,room){
  var n=${SPARE};
  ccHeld=[];
  ccSpare=[];
  while(n--)ccSpare.push(1);
  n=process.memory().free-room;
  while(n-->0)ccHeld.push(1);
  print("@filler "+number);
}
function ccLook(){
  ccSpare=0;
  var order=require("fs").readFileSync(${JSON.stringify(file)}),n=${SPARE};
  if(order&&order!==ccOrder){
    ccOrder=order;
    if(order.indexOf("#")<0)eval(order.substr(order.indexOf(" ")));
  }
  order=0;
  if(ccHeld.length){ccSpare=[];while(n--)ccSpare.push(1)}
}
require("fs").writeFileSync(${JSON.stringify(MARK_FILE)},${JSON.stringify(file)});
if(ccOrder.indexOf("#")>0){
  require("fs").writeFileSync(${JSON.stringify(file)},"0 0");
  ccFill(parseInt(ccOrder),parseInt(ccOrder.substr(ccOrder.indexOf("#")+1)));
  ccOrder="0 0";
}
setInterval(ccLook,${LOOK_MS});`.replace(/\n +/g, '\n');
}

export function createFiller(): Filler {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-exhaust-'));
  const file = path.join(dir, 'order');
  let number = 0;
  let answered = 0;
  const write = (text: (n: number) => string): void => {
    fs.writeFileSync(`${file}.new`, `${++number} ${text(number)}`);
    fs.renameSync(`${file}.new`, file);
  };
  fs.writeFileSync(file, '0 0');
  return {
    prelude: (role) => (role === 'cold' ? program(file) : ''),
    fill: (room) => write((n) => `setTimeout(ccFill,0,${n},${Math.round(room)})`),
    fillAtStart: (room) => write(() => `#${Math.round(room)}`),
    give: () => write((n) => `ccHeld=[];ccSpare=0;print("@filler ${n}")`),
    run: (code) => write((n) => `${code};print("@filler ${n}")`),
    hear(line) {
      const match = /@filler (\d+)/.exec(line);
      if (match) answered = Number(match[1]);
    },
    isAnswered: () => answered === number,
    folder() {
      const own = fs
        .readdirSync(os.tmpdir())
        .filter((name) => name.startsWith('chaincloud-board-'))
        .map((name) => path.join(os.tmpdir(), name));
      return own.find(
        (each) =>
          fs.existsSync(path.join(each, MARK_FILE)) && fs.readFileSync(path.join(each, MARK_FILE), 'latin1') === file,
      )!;
    },
    close: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
}
