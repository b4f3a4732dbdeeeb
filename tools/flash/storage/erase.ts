// Empties a board's Storage, for laying it out anew. Keys, counters and journal lie outside of it; what else the
// firmware keeps there and cannot make again are its archives of payments, without which it does nothing. They stop
// this.
import { fail } from '../../../protocol/errors';
import type { Prompt } from '../prompt/prompt';

const ARCHIVES = 'require("Storage").list().filter(function(n){return n[0]=="u"&&+n.substr(1)>0;}).length';
const ERASE_LIMIT_MS = 60_000;

/** Throws `archives-there` unless `isForced`, before anything is changed. */
export async function eraseStorage(prompt: Prompt, isForced: boolean): Promise<void> {
  const archives = Number(await prompt.eval(ARCHIVES));
  if (archives > 0 && !isForced) {
    throw fail(
      'archives-there',
      `Storage holds ${archives} archive(s) of payments, without which HSM-Cold does nothing: run ` +
        '"chaincloud backup" first; then --erase --force, a wipe at its console and "chaincloud restore"',
    );
  }
  await prompt.eval('require("Storage").eraseAll()', { timeoutMs: ERASE_LIMIT_MS });
}
