// What a board is, as data: read by the HAL beside it, by the flash tool, by the doctor and by the simulated board.
// Adding a board is one folder with board.ts, hal.ts, hsm-cold.ts and hsm-hot.ts. Behaviour is the HAL's, not this
// file's.

/** One UART: Espruino's name of it, its speed, its pins (none where the chip fixes them or the board opens a path). */
export interface PortData {
  serial: 'Serial1' | 'Serial2' | 'Serial3' | 'Serial4';
  baud: number;
  tx?: string;
  rx?: string;
}

/** The lines of an HSM. The console is for people, `link` joins HSM-Cold and HSM-Hot, `host` leads to the gateway. */
export type PortName = 'console' | 'link' | 'host' | 'modem0' | 'modem1';

export type Role = 'cold' | 'hot';

export interface BoardData {
  /** Name of the board's folder. */
  name: string;
  /** What a person calls it. */
  title: string;
  /** `process.env.BOARD` of the Espruino build that fits. */
  espruinoBoard: string;
  ports: { cold: { [name in PortName]?: PortData }; hot: { [name in PortName]?: PortData } };
  /** The journal's area: in the chip's flash at `address`, or the file `fileName` where the board is a process. */
  flash: { address?: number; fileName?: string; pageBytes: number; pageCount: number };
  /** Espruino's Storage. */
  storage: { address: number; pageBytes: number; pageCount: number };
  /** Power sequences of modem 0, as `runSteps` of espruino/power.ts reads them; empty where power is not switched. */
  modem: { on: string; off: string };
  /**
   * What the images may count on; checked at boot and by the build. isExternal: the variables lie in memory outside of
   * the chip. baud: the fastest line that loses nothing while a page of flash is erased; lines of frames keep to it,
   * people and modems are asked again.
   */
  limits: { variables: number; callDepth: number; baud: number; isExternal?: boolean };
}
