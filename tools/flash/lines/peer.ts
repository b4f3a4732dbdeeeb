// The other HSM's board, on a port of its own and at its prompt.
import { realRuntime } from '../../../host/kit/runtime';
import { openPort, type OpenPort } from '../../serial/open';
import { findPrompt, type Prompt } from '../prompt/prompt';

export interface PeerBoard {
  port: OpenPort;
  prompt: Prompt;
}

/** Undefined without a name. Throws what opening a port and finding a prompt throw. */
export async function openPeer(name: string | undefined, baud: number): Promise<PeerBoard | undefined> {
  if (name === undefined) return undefined;
  const port = await openPort(name, baud);
  try {
    return { port, prompt: await findPrompt(port, realRuntime(), port.baud ? { baud: port.baud } : {}) };
  } catch (error) {
    port.close();
    throw error;
  }
}
