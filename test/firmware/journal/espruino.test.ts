// Out of memory in the genuine interpreter (ESPRUINO): memory is filled until writing a record fails, at one place
// after the other. What guard.ts and journal.ts rest on is seen to be so: the handler is gone past catch and finally,
// timeouts that it had set go on (an interval it ran in would be removed: the firmware has none), the next handler
// notices, nothing more is written, and what was said to be written is there when the journal is opened again.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'chai';
import { bundled } from '../../protocol/support/interpreter';

const SCRIPT = `
var cells=new Uint8Array(6144).fill(255);
var flashArea={pageBytes:512,pageCount:12,
readBytes:function(at,n){var o=new Uint8Array(n);o.set(cells.subarray(at,at+n));return o},
writeBytes:function(at,b){for(var i=0;i<b.length;i++)cells[at+i]=cells[at+i]&b[i]},
clearPage:function(p){for(var i=0;i<512;i++)cells[p*512+i]=255}};
var macKey=new Uint8Array(32).fill(7),theJournal;
var latest=-1,known=-1,asked=-1;
var filler=[],room=START,phase=0;
var restarts=0,caught=0,stopped=0,whole=0,wrong="";
var owner={isInside:false,hal:{isStuck:function(){return false},power:{restart:function(){restarts++}}}};
function take(type,payload){latest=payload[0]*256+payload[1]}
function isKept(type,payload,offset){return payload[0]*256+payload[1]>=latest}
function openAgain(isFresh){latest=-1;theJournal=openJournal(flashArea,macKey,isFresh,{take:take,keep:isKept})}
openAgain(true);
function nextRound(){
if(phase)filler=[];
setTimeout(nextRound,2);
if(phase===0){phase=1;print("AT "+room);enter(owner);try{
asked=known+1;var record=new Uint8Array(40);record[0]=asked>>8;record[1]=asked;
var surplus;while((surplus=(process.memory(false).free-room)>>1)>0)while(surplus--)filler.push(1);
append(theJournal,200,record);known=asked}catch(error){caught++}finally{owner.isInside=false}
return}
phase=0;
if(owner.isInside){
try{enter(owner);wrong="a handler began after one that did not end"}
catch(error){if(error.code!=="restarting")wrong=""+error}
if(theJournal.isWriting){
try{append(theJournal,200,new Uint8Array(4));wrong="wrote after a write that did not end"}
catch(error){if(error.code==="journal-stopped")stopped++}
}
owner.isInside=false}else whole++;
openAgain(false);
if(latest!==known&&latest!==asked)wrong="after "+known+" of "+asked+" there is "+latest;
known=latest;room+=7;
var figures={restarts:restarts,caught:caught,stopped:stopped,whole:whole,wrong:wrong};
print((wrong||room>260?"RESULT ":"SO FAR ")+JSON.stringify(figures));
if(wrong||room>260)quit()
}
setTimeout(nextRound,2);
`;

/** As many variables as the boards have, for an interpreter that asks; one of a fixed size has its own number. */
const ENVIRONMENT = { ...process.env, ESPR_VARS: '2500' };
const PIECE_BYTES = 1000;

/** Writes ES5 text to the Storage of the interpreter: functions that are read from there stay there, as on a board. */
function storeScript(code: string): string {
  let script = '';
  for (let at = 0; at < code.length; at += PIECE_BYTES) {
    const piece = Buffer.from(code.slice(at, at + PIECE_BYTES), 'latin1').toString('base64');
    script += `require("Storage").write("journal",atob("${piece}"),${at}${at ? '' : `,${code.length}`});\n`;
  }
  return script + 'quit();';
}

describe('journal in the genuine interpreter (ESPRUINO)', function () {
  this.timeout(180_000);

  it('holds wherever memory runs out', async function () {
    const interpreter = process.env.ESPRUINO;
    if (!interpreter) {
      console.log('      ESPRUINO names no interpreter: this test needs one');
      return this.skip();
    }
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'journal-'));
    const run = (script: string): string => {
      const file = path.join(dir, 'script.js');
      fs.writeFileSync(file, script);
      return spawnSync(interpreter, [file], { cwd: dir, timeout: 60_000, encoding: 'latin1', env: ENVIRONMENT }).stdout;
    };
    if (run('if(process.memory().total>4000)print("GROWS")').includes('GROWS')) {
      console.log('      this interpreter has more memory when it needs more: one of a fixed size is needed');
      return this.skip();
    }
    run(
      storeScript(
        await bundled({ 'firmware/journal/journal': ['openJournal', 'append'], 'firmware/guard': ['enter'] }),
      ),
    );
    // The interpreter itself crashes at some places of running out, which a board takes as a restart: then goes on
    // behind the place.
    const total = { restarts: 0, caught: 0, stopped: 0, whole: 0 };
    let crashes = 0;
    for (let start = 0; start <= 260;) {
      const shown = run(`eval(require("Storage").read("journal"));\n${SCRIPT.replace('START', String(start))}`);
      const result = JSON.parse(
        [...shown.matchAll(/(?:RESULT|SO FAR) (\{.*\})/g)].pop()?.[1] ?? '{}',
      ) as typeof total & {
        wrong?: string;
      };
      expect(result.wrong ?? '').to.equal('');
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += result[name] ?? 0;
      if (shown.includes('RESULT')) break;
      crashes++;
      start = Number([...shown.matchAll(/AT (\d+)/g)].pop()?.[1] ?? 260) + 7;
    }
    fs.rmSync(dir, { recursive: true });
    console.log(
      `      ${total.restarts} handlers did not end, ${total.stopped} within a write; ${total.whole} ` +
        `ended, ${crashes} crashes of the interpreter`,
    );
    expect(total.restarts, 'handlers that did not end').to.be.greaterThan(5);
    expect(total.stopped, 'of these within a write').to.be.greaterThan(0);
    expect(total.whole, 'handlers that had memory enough').to.be.greaterThan(3);
  });
});
