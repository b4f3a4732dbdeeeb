// Holds: the console client tells the firmware's lines from what an ESP32's own software prints on the same line.
import { expect } from 'chai';
import { createConsoleClient, type ConsoleClient } from '../../../host/operator';
import { panicText, startText } from '../../../host/sim/board/port/sdk-texts';
import type { BytePort } from '../../../host/kit/byte-port';

const CONSOLE_BAUD = 115_200;

describe('operator console', () => {
  let give: (text: string) => void;
  let client: ConsoleClient;
  let news: string[];
  beforeEach(() => {
    const port: BytePort = {
      write: () => undefined,
      onData: (listener) => void (give = (text) => listener(new Uint8Array(Buffer.from(text, 'latin1')))),
      onClose: () => undefined,
      close: () => undefined,
    };
    news = [];
    client = createConsoleClient({ port });
    client.onNews((line) => news.push(line));
  });
  const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

  it("the SDK's words within a command are no lines of it", async () => {
    const answer = client.run('status');
    await Promise.resolve();
    give('board x\r\nE (593) spiram: SPI RAM not initialized\r\n');
    give('W (61) boot: flash\r\nstate ready\r\nok\r\n');
    expect(await answer).to.deep.equal(['board x', 'state ready']);
    expect(news).to.deep.equal(['E (593) spiram: SPI RAM not initialized', 'W (61) boot: flash']);
  });

  it('a start or a panic ends the command that ran: board-restarted', async () => {
    for (const text of [textOf(startText('SW_CPU_RESET')(CONSOLE_BAUD)), textOf(panicText('x')(CONSOLE_BAUD))]) {
      const answer = client.run('status').then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
      await Promise.resolve();
      give(`board x\r\nsta${text}${textOf(startText('SW_CPU_RESET')(CONSOLE_BAUD))}`);
      expect(await answer).to.equal('board-restarted');
    }
    expect(news.some((line) => line.startsWith('Guru Meditation'))).to.equal(true);
    const next = client.run('status');
    await Promise.resolve();
    await Promise.resolve();
    give('state ready\r\nok\r\n');
    expect(await next).to.deep.equal(['state ready']);
  });
});
