// How many variables a simulated board has.
import type { BoardData } from '../../../../boards/board';
import { VARIABLES } from '../../../../boards/espruino/esp32-chip';
import type { Radio } from '../types';
import { portModes, type PortModeName } from './modes';

/** The board's limit; where the state of the chip decides, what that gives. */
export function variablesOf(options: {
  board: BoardData;
  radios?: readonly Radio[];
  modes?: readonly PortModeName[];
}): number {
  const { board, radios = [], modes = [] } = options;
  if (!portModes(modes).hasStateVariables) return board.limits.variables;
  if (board.limits.isExternal) return VARIABLES.most;
  return (
    VARIABLES.bothRadios +
    (radios.includes('ble') ? 0 : VARIABLES.withoutBle) +
    (radios.includes('wifi') ? 0 : VARIABLES.withoutWifi)
  );
}
