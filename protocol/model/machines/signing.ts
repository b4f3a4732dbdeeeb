// Signing on HSM-Cold of the model: the task that signs, which a cut may end after each of its steps, voids, receipts.
import { NUMBER_AHEAD_MS } from '../../time';
import { isAtWork, judgeSerial } from './board';
import { hotHears } from './hot';
import { judgePost, judgeVoid, stateOf, type Judgement } from './ledger';
import type { Post, Receipt } from '../messages';
import { noteSigned, noteVoid } from '../promises';
import { PUBLISHED, send, type World } from '../world';

const haveWitnessesSpoken = ({ board }: World, account: number): boolean =>
  board.hasHotWord && (account === PUBLISHED || board.accounts[account].hasWord);

/** Whether a request is one of the account's own, under its channel, and none from ahead of its time. */
function isAdmitted(world: World, post: Post): boolean {
  if (!isAtWork(world, post.account) || post.number > world.nowMs + NUMBER_AHEAD_MS) return false;
  if (post.account === PUBLISHED) return true;
  return post.channel === world.board.accounts[post.account].channel && (post.isOrigin || !world.rules.originTag);
}

const wantsWitnesses = ({ rules }: World, judgement: Judgement): boolean =>
  judgement === 'sign' ? rules.witnessForFirst : judgement === 'replace' && rules.witnessForReplacement;

/** A request to sign begins a task, or brings what was signed once more. */
export function takePost(world: World, post: Post): void {
  const { board, rules } = world;
  if (board.task || !isAdmitted(world, post)) return;
  if (!rules.challengeOfStart && post.account !== PUBLISHED) judgeSerial(world, post.account, post.serial);
  const { ledger } = board.accounts[post.account];
  const judgement = judgePost(ledger, post, rules);
  if (wantsWitnesses(world, judgement) && !haveWitnessesSpoken(world, post.account)) return;
  if (judgement === 'sign' || judgement === 'replace') board.task = { post, judgement, step: 'judged' };
  if (judgement === 'again') emit(world, post, ledger.records.get(post.number)!.first);
}

/** Does the next step of the task: writes the record, sends the signatures, notes that they have gone. */
export function stepTask(world: World): void {
  const { board } = world;
  if (!board.task) return;
  const { post, step } = board.task;
  const { ledger } = board.accounts[post.account];
  if (step === 'judged') return writeRecord(world);
  if (step === 'written') {
    board.task.step = 'sent';
    return emit(world, post, post.first);
  }
  ledger.records.get(post.number)!.haveSignaturesGone = true;
  board.task = undefined;
}

function writeRecord(world: World): void {
  const { board, rules } = world;
  const { post } = board.task!;
  const account = board.accounts[post.account];
  const judgement = rules.ledgerAgain ? judgePost(account.ledger, post, rules) : board.task!.judgement;
  if (judgement !== 'sign' && judgement !== 'replace') {
    board.task = undefined;
    return;
  }
  const serials = [...(account.ledger.records.get(post.number)?.serials ?? []), ++account.serial];
  board.counter++;
  account.ledger.records.set(post.number, {
    state: 'signed',
    content: post.content,
    first: post.first,
    serials,
    channel: account.channel,
    haveSignaturesGone: false,
  });
  board.task!.step = 'written';
}

/** Signatures go out through HSM-Hot. */
function emit(world: World, post: Post, first: number): void {
  const { counter, incarnation } = world.board;
  if (world.rules.hotKeepsFirst) hotHears(world, counter, incarnation);
  else send(world, { to: 'hot', kind: 'counter', counter, incarnation });
  world.chain.signed.push({ account: post.account, number: post.number, content: post.content, first });
  noteSigned(world, world.chain.signed.length - 1);
  sendReceipts(world, post.account, post.number);
}

/** V asks what is known of a number. Nothing changes. */
export function takeStatus(world: World, ask: { account: number; number: number; channel: number }): void {
  if (!isAtWork(world, ask.account) || ask.channel !== world.board.accounts[ask.account].channel) return;
  sendReceipts(world, ask.account, ask.number);
}

/** V asks for a void. */
export function takeVoid(world: World, ask: { account: number; number: number; channel: number }): void {
  const account = world.board.accounts[ask.account];
  if (!isAtWork(world, ask.account) || ask.channel !== account.channel) return;
  if (world.rules.witnessForVoid && !haveWitnessesSpoken(world, ask.account)) return;
  if (judgeVoid(account.ledger, ask.number, world.rules) === 'open') {
    world.board.counter++;
    account.ledger.records.set(ask.number, {
      state: 'void',
      content: '',
      first: -1,
      serials: [++account.serial],
      channel: account.channel,
      haveSignaturesGone: true,
    });
    noteVoid(world, ask.account, ask.number);
  }
  sendReceipts(world, ask.account, ask.number);
}

/** Receipts of a number, one for each of its transactions, by every way. */
function sendReceipts(world: World, at: number, number: number): void {
  const account = world.board.accounts[at];
  const record = account.ledger.records.get(number);
  const receipt: Omit<Receipt, 'to' | 'serial'> = {
    kind: 'receipt',
    account: at,
    number,
    state: stateOf(account.ledger, number),
    content: record?.content ?? '',
    incarnation: account.incarnation,
    channel: record && !world.rules.receiptsAnew ? record.channel : account.channel,
    start: world.board.start,
    first: record?.first ?? -1,
  };
  for (const serial of record?.serials ?? [account.serial]) {
    send(world, { ...receipt, to: 'v', serial });
    send(world, { ...receipt, to: 'website', serial });
  }
}
