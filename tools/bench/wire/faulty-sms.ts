/**
 * An SMS network that loses, doubles, delays and so reorders; seeded. For the channel's laws and the wire benchmark.
 */

export interface Faults {
  loss: number;
  duplicate: number;
  /** Longest delay, seconds. */
  delayMaxS: number;
}

export class FaultySms {
  private inFlight: { at: number; order: number; to: string; body: Uint8Array }[] = [];
  private order = 0;
  nowS = 0;
  sent = 0;

  constructor(
    private readonly next: () => number,
    private readonly faults: Faults,
  ) {}

  send(to: string, body: Uint8Array): void {
    this.sent++;
    if (this.next() < this.faults.loss) return;
    const copies = this.next() < this.faults.duplicate ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      this.inFlight.push({
        at: this.nowS + 3 + this.next() * this.next() * this.next() * this.faults.delayMaxS,
        order: this.order++,
        to,
        body: Uint8Array.from(body),
      });
    }
  }

  /** Puts a body of anyone's making on the network. */
  inject(to: string, body: Uint8Array, delayS: number): void {
    this.inFlight.push({ at: this.nowS + delayS, order: this.order++, to, body });
  }

  /** Moves time to the next SMS or to `untilS`, whichever comes first; answers the SMS. */
  nextSms(untilS: number): { to: string; body: Uint8Array } | undefined {
    const first = this.inFlight.reduce<(typeof this.inFlight)[number] | undefined>(
      (best, sms) => (!best || sms.at < best.at || (sms.at === best.at && sms.order < best.order) ? sms : best),
      undefined,
    );
    if (!first || first.at > untilS) {
      this.nowS = Math.max(this.nowS, untilS);
      return undefined;
    }
    this.inFlight.splice(this.inFlight.indexOf(first), 1);
    this.nowS = Math.max(this.nowS, first.at);
    return first;
  }
}
