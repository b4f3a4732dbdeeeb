/**
 * Variables that the curve takes in the interpreter at hand, its image and table in Storage. Works in any Linux build:
 * E.convolve and E.mapInPlace, which the arithmetic calls at its deepest, are replaced by functions that ask
 * process.memory() first. What they and the program add is measured and taken off; the short array at the end of a
 * product, some 17 variables, comes after the last of these calls and is not seen. Counted is everything else in use,
 * the interpreter's own included, in variables of the build's own size: a 64-bit build's are larger than a board's 14
 * bytes, and so fewer. The goals are for 14 bytes, so they are applied only there.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BUILT_FIRMWARE } from '../../../host/kit/package';
import type { BenchRow } from '../row';
import { call, cryptoImage } from './image';

const GOALS: { [name: string]: number } = { signing: 1000, verification: 1150, 'four children': 1150 };
const VARIABLE_BYTES = 14;

/**
 * The program, whose names are longer than an image's own beside it: probes, image, operations; prints "@name
 * variables".
 */
function program(): string {
  const run = (name: string, text: string): string =>
    `peak=0;${text};print("@${name.replace(/ /g, '_')} "+(peak-extra));`;
  return `var own=process.memory().usage,peak=0,extra=0,isOn=0,used0=0,used1=0,used2=0;
var key=new Uint8Array(32),hash=new Uint8Array(32),sig,pub,job,nonce;
for(var place=0;place<32;place++){key[place]=place*7+1;hash[place]=place*13+5}
var real=E.convolve,realMap=E.mapInPlace;
function look(){var used=process.memory(false).usage;if(used>peak)peak=used}
E.convolve=function(a,b,c){if(isOn)look();return real(a,b,c)};
E.mapInPlace=function(a,b,c,d){if(isOn)look();return realMap(a,b,c,d)};
var CC_IMAGE=require("Storage").read("crypto");
used0=process.memory().usage;
var bound=real.bind(undefined,key,key);
used1=process.memory().usage;
bound=E.convolve.bind(undefined,key,key);
used2=process.memory().usage;
bound=0;
extra=16*(used2-used1-used1+used0)+process.memory().usage-own;
isOn=1;used0=process.memory(false).usage;E.convolve(key,key);isOn=0;used1=peak-used0;
eval(CC_IMAGE);
print("@block "+process.memory().blocksize);print("@loaded "+(process.memory().usage-extra));extra+=used1;
sig=${call('ecdsaSign', 'hash,key')};pub=${call('pubkeyCreate', 'key,false')};
nonce=${call('prepareNonce', `${call('drbgInit', 'key')}`)};isOn=1;
${run('prepared signing', call('signPrepared', 'nonce,hash,key'))}nonce=0;
${run('signing', call('ecdsaSign', 'hash,key'))}
${run('verification', call('ecdsaVerify', 'sig,hash,pub'))}
${run('agreeing', call('ecdh', 'pub,key'))}
sig=0;isOn=0;pub=${call('pubkeyCreate', 'key')};job=${call('batchStart', 'pub,hash,0,1000')};pub=0;isOn=1;
${run('four children', call('batchStep', 'job,4'))}
${run('eight children', call('batchStep', 'job,8'))}`;
}

/**
 * Rows of peaks. runIn: runs ES5 text in the interpreter with these files in Storage; answers its "@name value" lines.
 */
export async function peakRows(
  runIn: (text: string, files: { [name: string]: Buffer }) => { [name: string]: number },
): Promise<BenchRow[]> {
  const image = Buffer.from(await cryptoImage());
  const found = runIn('eval(require("Storage").read("program"))', {
    comb: fs.readFileSync(path.join(BUILT_FIRMWARE, 'comb.bin')),
    crypto: image,
    program: Buffer.from(program()),
  });
  const block = found['block'];
  return Object.keys(found)
    .filter((name) => name !== 'block')
    .map((name) => {
      const value = found[name];
      const label = name.replace(/_/g, ' ');
      const row: BenchRow = {
        name: `variables: ${label}`,
        value,
        unit: 'vars',
        baseline: `loaded, of ${block} bytes`,
        ratio: value / found['loaded'],
      };
      const goal = GOALS[label];
      if (goal && block === VARIABLE_BYTES) {
        row.goal = `<= ${goal}`;
        row.ok = value <= goal;
      }
      return row;
    });
}
