// Ends a handler of a board before its end, as Espruino does when memory runs out: past try, catch and finally, at the
// n-th thing that it asks of its board or at the n-th typed array that it makes; timers go on. Node can do that by
// ending the script that the handler runs in: a signal to this process while it waits, which the virtual machine takes
// as the script's interruption.
import * as vm from 'node:vm';
import type { FakeBoard, Runner } from '../fake-hal';

const CALL = new vm.Script('globalThis.__handler()');
const REAL = Uint8Array;

export class Aborter implements Runner {
  /** Things asked of the board, and arrays made, since the start of counting. */
  calls = 0;
  arrays = 0;
  /** The one at which the handler ends; 0: none. */
  callAt = 0;
  arrayAt = 0;
  isAborted = false;
  private isInside = false;

  constructor(private readonly board: FakeBoard) {
    board.runner = this;
    board.flash.runner = this;
  }

  /** Looks at typed arrays as well, until done(): that is slow. */
  watchArrays(): void {
    globalThis.Uint8Array = new Proxy(REAL, {
      construct: (target, args, newTarget) => {
        this.made();
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
  }

  /** Lets the board be. */
  done(): void {
    globalThis.Uint8Array = REAL;
    this.board.runner = this.board.flash.runner = undefined;
  }

  private end(): void {
    this.isAborted = true;
    process.kill(process.pid, 'SIGINT');
    for (;;);
  }

  point(): void {
    if (this.isInside && !this.isAborted && ++this.calls === this.callAt) this.end();
  }

  private made(): void {
    if (this.isInside && !this.isAborted && ++this.arrays === this.arrayAt) this.end();
  }

  run(handler: () => void): void {
    const outer = this.isInside;
    this.isInside = true;
    (globalThis as { __handler?: () => void }).__handler = handler;
    try {
      if (this.isAborted || (!this.callAt && !this.arrayAt)) handler();
      else CALL.runInThisContext({ breakOnSigint: true });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    } finally {
      this.isInside = outer;
    }
  }
}
