/**
 * A gauge of the variables that an image needs, for the genuine interpreter as it is published, built with a fixed
 * number of variables. Espruino keeps the lines typed at its console in `history`, and gives them up one at a time,
 * after collecting garbage, when a variable finds no room. So the gauge fills `history` with entries of one variable
 * each until only `room` variables are left for the image: when none is given up, an operation passes with that room;
 * each one given up is a variable more that it needed.
 *
 * Espruino gives up none for a block in one piece: arrays then take several pieces and so more variables, and native
 * hashes, AES and files fail. These are tried again each time that the gauge has given up HELD_BACK entries. The image
 * sees as many free ones as a board that has so many; their total is the interpreter's own, since a board that has too
 * few in all does nothing (firmware/fit.ts). So a reading above its room is what the operation passes with, and too
 * high by what the pieces cost; the nearer the room is to it, the less. The gauge's own variables are taken off. It
 * takes its orders from a file, and answers on the console.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export type Role = 'cold' | 'hot';
export const ROLES: Role[] = ['cold', 'hot'];

export interface Reading {
  /** Variables that what ran since the order before passes with; the interpreter's own are among them. */
  passes: number;
  /** It needed more than its room. */
  isAbove: boolean;
  /** Variables in use now. */
  rest: number;
}

export interface Gauge {
  /** ES5 that starts it in front of an image. */
  prelude(role: Role): string;
  /** Has each board report, and go on with this room, also when it starts again. */
  order(rooms: { [role in Role]: number }): void;
  /** Takes a line of a board's log. */
  hear(role: Role, line: string): void;
  /** The reports to the last order, undefined while one is missing. */
  readings(): { [role in Role]: Reading } | undefined;
  close(): void;
}

/** Never filled: for the gauge itself. */
const SPARE = 60;
/** Given up for a block in one piece before the next attempt, and in all. */
const HELD_BACK = 12;
const HELD_BACK_MOST = 200;
const LOOK_MS = 100;

/** The gauge's text. Indentation would take variables of the board. */
function program(file: string): string {
  return `(function(path){
    var memory=process.memory,start=memory(),total=start.total,own=start.usage;
    var files=require("fs"),crypto=require("crypto"),aes;
    var last=files.readFileSync(path),full=0,entries=global[atob("/w==")].history=[];
    start=0;
    process.memory=function(isSwept){var m=memory(isSwept);m.free-=m.history;return m};
    function again(it,name){
      var real=it[name];
      it[name]=function(a,b,c){
        var answer=real(a,b,c);
        for(var n=1;answer===undefined&&n<${HELD_BACK_MOST};n++){
          if(n%${HELD_BACK}===0)answer=real(a,b,c);
          else entries.pop();
        }
        return answer;
      }
    }
    function fill(){
      var m=memory(),n=total-own-m.history-parseInt(last.split(" ")[1]);
      n=Math.min(n,total-m.usage-m.history-${SPARE});
      while(n>0){entries.push(0);n--}
      while(n<0){entries.pop();n++}
      full=memory(false).history;
    }
    function look(){
      var left=memory(false).history,order=files.readFileSync(path);
      if(!order||order===last)return;
      last=order;
      print("@gauge "+parseInt(order)+" "+(total-left-own)+" "+(left<full?1:0)+" "+(memory().usage-own));
      fill();
    }
    again(files,"readFileSync");
    again(E,"openFile");
    again(crypto,"SHA256");
    again(crypto,"SHA512");
    again(crypto,"PBKDF2");
    aes=crypto.AES;
    again(aes,"encrypt");
    crypto.AES=aes;
    setInterval(look,${LOOK_MS});
    own=memory().usage-own;
    fill();
  })(${JSON.stringify(file)});`.replace(/\n +/g, '\n');
}

export function createGauge(): Gauge {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-gauge-'));
  const fileOf = (role: Role): string => path.join(dir, role);
  let number = 0;
  let heard: { [role in Role]?: Reading } = {};
  const write = (rooms: { [role in Role]: number }): void =>
    ROLES.forEach((role) => {
      fs.writeFileSync(`${fileOf(role)}.new`, `${number} ${rooms[role]}`);
      fs.renameSync(`${fileOf(role)}.new`, fileOf(role));
    });
  return {
    prelude(role) {
      if (number === 0) write({ cold: Infinity, hot: Infinity });
      return program(fileOf(role));
    },
    order(rooms) {
      heard = {};
      number++;
      write(rooms);
    },
    hear(role, line) {
      const match = /@gauge (\d+) (\d+) ([01]) (\d+)/.exec(line);
      if (match && Number(match[1]) === number)
        heard[role] = { passes: Number(match[2]), isAbove: match[3] === '1', rest: Number(match[4]) };
    },
    readings: () => (heard.cold && heard.hot ? { cold: heard.cold, hot: heard.hot } : undefined),
    close: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
}
