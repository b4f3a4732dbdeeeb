// A message reaches its machine. The API chooses the coin that a request is paid with.
import { takeExchange, takeWord } from '../machines/board';
import { newCoin } from '../machines/chain';
import { hotHears } from '../machines/hot';
import type { Message, Post } from '../messages';
import { takePost, takeStatus, takeVoid } from '../machines/signing';
import { answerChallenge, takeAccept, vTakes } from '../machines/vdevice';
import { websiteTakes } from '../machines/website';
import { PUBLISHED, pick, type World } from '../world';

export function deliver(world: World, message: Message): void {
  switch (message.kind) {
    case 'post':
      return takePost(world, { ...message, first: chosenCoin(world, message) });
    case 'status':
      return takeStatus(world, message);
    case 'void':
      return takeVoid(world, message);
    case 'word':
      return takeWord(world, message);
    case 'exchange':
      return takeExchange(world, message);
    case 'accept':
      return takeAccept(world, message);
    case 'challenge':
      return answerChallenge(world, message);
    case 'counter':
      return hotHears(world, message.counter, message.incarnation);
    case 'receipt':
      if (message.account === PUBLISHED) return undefined;
      return message.to === 'v' ? vTakes(world, message) : websiteTakes(world, message);
  }
}

/** The coin that the ledger has for the number, or another one; while the API lies, whichever it likes. */
function chosenCoin(world: World, post: Post): number {
  const own = world.board.accounts[post.account].ledger.records.get(post.number)?.first ?? -1;
  if (own >= 0 && (!world.isLying || world.draws.fraction() < 0.5)) return own;
  if (!world.isLying) return newCoin(world, post.account, true);
  const places = world.chain.coins.flatMap((coin, at) =>
    coin.account === post.account && coin.spentBy < 0 ? [at] : [],
  );
  return pick(world, places) ?? newCoin(world, post.account, true);
}
