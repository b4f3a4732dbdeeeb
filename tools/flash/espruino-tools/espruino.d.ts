// What is used of the package `espruino` (EspruinoTools), which carries no types of its own.
declare module 'espruino' {
  /** Makes the global `Espruino`. The callback comes once all of its parts are loaded. */
  export function init(callback: () => void): void;
}
