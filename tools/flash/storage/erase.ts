// Empties a board's Storage, for laying it out anew. Keys, counters and journal lie outside of it; what else the
// firmware keeps there and cannot make again are its archives of payments, without which it does nothing. They stop
// this.
import { fail } from '../../../protocol/errors';
import type { Prompt } from '../prompt/prompt';

/**
 * Is anything written where the ring of archives begins? Its first page is the first one written, a page's start at the
 * latest behind the file's (boards/espruino/archive-pages.ts).
 */
const ARCHIVES =
  '(function(){var s=require("Storage"),k,i,t;for(k=0;k<4608;k+=256){t=s.read("archive",k,256);if(!t)break;' +
  'for(i=0;i<t.length;i++)if(t.charCodeAt(i)!=255)return 1;}return 0;})()';
const ERASE_LIMIT_MS = 60_000;

/** Throws `archives-there` unless `isForced`, before anything is changed. */
export async function eraseStorage(prompt: Prompt, isForced: boolean): Promise<void> {
  const archives = Number(await prompt.eval(ARCHIVES));
  if (archives > 0 && !isForced) {
    throw fail(
      'archives-there',
      'Storage holds archives of payments, without which HSM-Cold does nothing: run ' +
        '"chaincloud backup" first; then --erase --force, a wipe at its console and "chaincloud restore"',
    );
  }
  await prompt.eval('require("Storage").eraseAll()', { timeoutMs: ERASE_LIMIT_MS });
}
