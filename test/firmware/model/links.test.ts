// Random operations on a whole board against a plain model: requests over the link through HSM-Hot, SMS operations
// under the channel, the console with right and wrong PINs, account changes, restarts, and power cuts at any write of
// any of them and of the start after it. LINK_STEPS sets how many.
import { expect } from 'chai';
import { changeAccount, createConsoleClient, reopen, setPhones } from '../../../host/operator';
import { batchVerifyFields } from '../../../protocol/sms/v2';
import { SMS_BATCH_ANSWER, SMS_BATCH_VERIFY, SMS_STATUS, SMS_STATUS_ANSWER } from '../../../protocol/wire';
import { refusalTimes, viewOf } from '../cuts/view';
import { makeCoin, out, pay, refusalOf, type Coin } from '../payments';
import { accountData, ADMIN_NUMBER, channelRig, PIN, START_S, wake, type Rig } from '../rig';
import { chance, REFUSALS_MAX } from './model';

const STEPS = Number(process.env.LINK_STEPS ?? 60);
const STEPS_A_BOARD = 40;
const KINDS = [
  'pay',
  'pay',
  'pay',
  'pay',
  'pay',
  'forge',
  'refuse',
  'refuse',
  'reopen',
  'reopen',
  'phones',
  'account',
  'status',
  'batch',
  'channel',
  'restart',
] as const;

interface Paid {
  content: number;
  coin: number;
  fees: Set<number>;
}

/** What HSM-Cold must remember. */
interface Standing {
  serial: number;
  closed: string;
  refusals: number;
  phones: string;
  name: string;
}

class LinkModel {
  standing: Standing = { serial: 0, closed: '', refusals: 0, phones: ADMIN_NUMBER, name: 'shop' };
  /** Times of the refusals of the last hour. */
  refused: number[] = [];
  paid = new Map<number, Paid>();

  refuse(tag: string, nowS: number): string {
    const it = this.standing;
    this.refused = [...this.refused.filter((time) => nowS - time <= 3600), nowS];
    it.refusals = this.refused.length;
    if (it.refusals >= REFUSALS_MAX) it.closed = 'refusals';
    return tag;
  }

  pay(number: number, content: number, coin: number, fee: number, nowS: number): string {
    if (this.standing.closed) return 'account-closed';
    const known = this.paid.get(number);
    if (known && known.content !== content) return this.refuse('user-tx-conflict', nowS);
    if (known && known.coin === coin && known.fees.has(fee)) return 'ok';
    if (known && known.coin !== coin) return this.refuse('no-common-coin', nowS);
    this.standing.serial++;
    if (known) known.fees.add(fee);
    else this.paid.set(number, { content, coin, fees: new Set([fee]) });
    return 'ok';
  }
}

function standingOf(rig: Rig): Standing {
  const view = viewOf(rig.cold);
  if (view.fault) throw new Error(`the board's fault: ${view.fault}`);
  return {
    serial: (JSON.parse(view.paid) as number[])[0],
    closed: view.closed,
    refusals: Number(view.refusals),
    phones: (JSON.parse(view.settings) as string[][])[0].join(),
    name: (JSON.parse(view.accounts) as string[][])[0][1],
  };
}

class Machine {
  readonly model = new LinkModel();
  private readonly coins = new Map<number, Coin>();
  constructor(
    readonly rig: Rig,
    private readonly next: () => number,
  ) {}

  private whole(below: number): number {
    return Math.floor(this.next() * below);
  }

  private coin(index: number): Coin {
    if (!this.coins.has(index)) this.coins.set(index, makeCoin(this.rig, { sats: 200_000, index }));
    return this.coins.get(index)!;
  }

  private async tagOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'ok',
      (error) => {
        if (error.code !== 'refused') throw error;
        return error.tag as string;
      },
    );
  }

  /** The operation on the model, and on the board: each answers what came of it. */
  operation(): { name: string; apply: () => string; run: () => Promise<string> } {
    const { rig, model } = this;
    const { world } = rig;
    const kind = KINDS[this.whole(KINDS.length)];
    const nowS = START_S + Math.floor(world.nowMs / 1000);
    /** Asks by SMS; alarms that come meanwhile are no answer. */
    const said = async (op: number, fields: any[], answer: number): Promise<string> => {
      const answers = (): number => rig.v.received.filter((each) => each.op === answer).length;
      const count = answers();
      rig.v.operate(op, fields);
      await world.until(() => answers() > count || rig.cold.flash.isOff, 120_000);
      return answers() > count ? 'ok' : 'silence';
    };
    if (kind === 'pay') {
      const number = this.whole(12);
      const content = this.whole(5) ? number : number + 100;
      const coin = this.whole(6) ? number : number + 20;
      const fee = 1000 + 100 * this.whole(3);
      return {
        name: `pay ${number} for ${content} with ${coin} at ${fee}`,
        apply: () => model.pay(number, content, coin, fee, nowS),
        run: () =>
          this.tagOf(
            pay(rig, { userTxNo: `n${number}`, outs: out(20_000 + content), coins: [this.coin(coin)], feeSats: fee }),
          ),
      };
    }
    if (kind === 'forge') {
      return {
        name: kind,
        apply: () =>
          model.standing.closed ? 'account-closed' : ((model.standing.closed = 'forgery'), 'bad-authority'),
        run: async () =>
          (
            await refusalOf(
              pay(rig, {
                userTxNo: 'f',
                outs: out(20_000),
                coins: [this.coin(1)],
                feeSats: 1000,
                authority: new Uint8Array(32),
              }),
            )
          ).tag,
      };
    }
    if (kind === 'refuse') {
      return {
        name: kind,
        apply: () => (model.standing.closed ? 'account-closed' : model.refuse('bad-locktime', nowS)),
        run: async () =>
          (
            await refusalOf(
              pay(rig, {
                userTxNo: 'l',
                outs: out(20_000),
                coins: [this.coin(1)],
                feeSats: 1000,
                locktime: 1_900_000_000,
              }),
            )
          ).tag,
      };
    }
    if (kind === 'reopen') {
      return {
        name: kind,
        apply: () => {
          if (!model.standing.closed) return 'bad-state';
          Object.assign(model.standing, { closed: '', refusals: 0 });
          model.refused = [];
          return 'ok';
        },
        run: () =>
          world.finish(reopen(rig.coldConsole, 0, PIN)).then(
            () => 'ok',
            (error) => error.code as string,
          ),
      };
    }
    if (kind === 'phones') {
      const phone = `+44${1000 + this.whole(9)}`;
      const isRight = this.whole(3) > 0;
      return {
        name: `${kind} ${isRight}`,
        apply: () => {
          if (isRight) model.standing.phones = phone;
          return isRight ? 'ok' : 'pin-wrong';
        },
        run: () =>
          world.finish(setPhones(rig.coldConsole, [phone], isRight ? PIN : '000001')).then(
            () => 'ok',
            (error) => error.code as string,
          ),
      };
    }
    if (kind === 'account') {
      const name = `shop${this.whole(9)}`;
      return {
        name: kind,
        apply: () => ((model.standing.name = name), 'ok'),
        run: () =>
          world.finish(changeAccount(rig.coldConsole, 0, accountData(rig, { account: { name } }), PIN)).then(
            () => 'ok',
            (error) => error.code as string,
          ),
      };
    }
    if (kind === 'status') return { name: kind, apply: () => 'ok', run: () => said(SMS_STATUS, [], SMS_STATUS_ANSWER) };
    if (kind === 'batch')
      return {
        name: kind,
        apply: () => (model.standing.closed ? 'silence' : 'ok'),
        run: () => said(SMS_BATCH_VERIFY, batchVerifyFields({ side: 1, batchNo: 0 }), SMS_BATCH_ANSWER),
      };
    if (kind === 'channel') {
      const id = rig.v.channel!.id;
      return {
        name: kind,
        apply: () => (model.standing.closed ? 'silence' : 'ok'),
        run: async () => {
          rig.v.pending = undefined;
          rig.v.open();
          await world.until(() => rig.v.channel!.id !== id || rig.cold.flash.isOff, 60_000);
          return rig.v.channel!.id === id ? 'silence' : 'ok';
        },
      };
    }
    return {
      name: kind,
      apply: () => 'ok',
      run: async () => {
        await this.restart();
        return 'ok';
      },
    };
  }

  /** Starts the board and cuts the power at this write of its start; not at all when there are fewer. */
  private cutStart(at: number): void {
    const { rig } = this;
    rig.coldOff();
    Object.assign(rig.cold.flash, { isOff: false, operations: 0, cutAt: at });
    rig.coldOn(true);
    rig.cold.flash.cutAt = 0;
  }

  async restart(): Promise<void> {
    const { rig } = this;
    rig.coldOff();
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    await rig.world.run(6000);
    await wake(rig);
  }

  /** V asks for a channel when a cut may have taken it from HSM-Cold; a closed account gives none. */
  private async mend(): Promise<void> {
    if (this.model.standing.closed) return;
    const id = this.rig.v.channel!.id;
    this.rig.v.pending = undefined;
    this.rig.v.open();
    await this.rig.world.until(() => this.rig.v.channel!.id !== id, 120_000);
  }

  /** One step, with the power cut at write `cut` of it (0: none), part of which is still done. */
  async step(cut: number, part: number): Promise<boolean> {
    const { rig, model } = this;
    const { flash } = rig.cold;
    await rig.world.run(3500);
    const before = { ...model.standing };
    const keeps = { paid: new Map([...model.paid].map(([n, it]) => [n, { ...it, fees: new Set(it.fees) }])) };
    const operation = this.operation();
    const expected = operation.apply();
    Object.assign(flash, { operations: 0, cutAt: operation.name === 'restart' ? 0 : cut, cutPart: part });
    let got: string | undefined;
    operation.run().then(
      (outcome) => (got = outcome),
      (error) => (got = String(error)),
    );
    await rig.world.until(() => got !== undefined || flash.isOff, 1_200_000);
    flash.cutAt = 0;
    if (!flash.isOff) {
      if (got !== expected) throw new Error(`${operation.name}: the board says ${got}, the model ${expected}`);
      expect(standingOf(rig), operation.name).to.deep.equal(model.standing);
      return false;
    }
    rig.world.errors.length = 0;
    if (this.next() < 0.4) this.cutStart(1 + this.whole(60));
    await this.restart();
    // An alarm that a cut parted from its closing is closed for at the board's next housekeeping.
    await rig.world.run(12_000);
    const is = standingOf(rig);
    for (const part_ of Object.keys(is) as (keyof Standing)[]) {
      if (is[part_] !== before[part_] && is[part_] !== model.standing[part_])
        throw new Error(
          `${operation.name} cut at ${cut}: ${part_} is ${is[part_]}, neither ${before[part_]} nor ` +
            `${model.standing[part_]}`,
        );
    }
    if (is.serial === before.serial) model.paid = keeps.paid;
    if (!is.closed) model.refused = refusalTimes(rig.cold);
    model.standing = is;
    await this.mend();
    return true;
  }
}

describe('model of the links', () => {
  it(`agrees over ${STEPS} random steps with power cuts`, async () => {
    let done = 0;
    let cuts = 0;
    for (let seed = 1; done < STEPS; seed++) {
      const next = chance(seed * 104_729);
      const rig = await channelRig();
      await rig.world.run(30_000);
      const machine = new Machine(rig, next);
      for (let n = 0; n < STEPS_A_BOARD && done < STEPS; n++, done++) {
        const cut = next() < 0.35 ? 1 + Math.floor(next() * 6) : 0;
        try {
          if (await machine.step(cut, [0, 0.4, 1][Math.floor(next() * 3)])) cuts++;
        } catch (error) {
          throw Object.assign(error as Error, { message: `board ${seed}, step ${n}: ${(error as Error).message}` });
        }
      }
    }
    expect(cuts).to.be.greaterThan(STEPS / 20);
  }).timeout(36_000_000);
});
