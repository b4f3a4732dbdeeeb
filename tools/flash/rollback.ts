// Switches a board back to the image in its other slot. The header of the slot that boots is made void by clearing its
// bits: one write, and whether it is whole or torn the loader runs the other slot. The image stays, so bringing it back
// later writes a single page. Nothing but that header changes: journal, counters, keys and the generator's state lie
// outside of Storage, and an older image finds them as the newer one left them.
import { fail } from '../../protocol/errors';
import { startPacemaker } from './prompt/pacemaker';
import { probeBoard, type BoardState, type SlotState } from './prompt/probe';
import type { Prompt } from './prompt/prompt';
import { createRemote } from './prompt/remote';
import { SLOT_HEADER_BYTES } from './storage/slots';

export interface RollbackResult {
  from: SlotState;
  to: SlotState;
  state: BoardState;
}

/** The slot to go back to. Throws `no-image`, `no-other-image`, `wrong-role`; nothing was written then. */
function otherOf(state: BoardState): { from: SlotState; to: SlotState } {
  const from = state.active;
  if (!from?.image)
    throw fail(
      'no-image',
      'the board boots no image of ours, so there is nothing to go back from: flash one with "chaincloud flash"',
    );
  const to = state.slots.find((each) => each.name !== from.name);
  if (!to)
    throw fail('no-other-image', 'the board has a single slot: flash the older image itself, from its own build');
  if (!to.image)
    throw fail(
      'no-other-image',
      `the other slot (${to.name}) holds no whole image: flash the older image itself, from its own build`,
    );
  if (to.image.role !== from.image.role || to.image.board !== from.image.board) {
    throw fail(
      'wrong-role',
      `the other slot holds HSM-${to.image.role === 'cold' ? 'Cold' : 'Hot'} for ${to.image.board}, and ` +
        `this board is HSM-${from.image.role === 'cold' ? 'Cold' : 'Hot'} on ${from.image.board}: flash ` +
        'what it is to be',
    );
  }
  return { from, to };
}

/** Goes back, at the prompt. Throws as above, and `verify-failed`, `board-silent`, `board-error`, `port-gone`. */
export async function rollBack(prompt: Prompt): Promise<RollbackResult> {
  await startPacemaker(prompt);
  const before = await probeBoard(prompt);
  const { from, to } = otherOf(before);
  const remote = await createRemote(prompt);
  await remote.write(from.slot.address, new Uint8Array(SLOT_HEADER_BYTES));
  const state = await probeBoard(prompt);
  if (state.active?.name !== to.name)
    throw fail('verify-failed', 'the board would not boot the other image: run this again; it boots what it had');
  return { from, to: state.active, state };
}
