// Room in one piece. Espruino's native calls (hashes, AES) answer with a block of memory that lies in one piece, and
// fail when there is none, however much is free in single variables. `E.defrag` moves what can be moved to the front:
// the first time that is long work (110,000 empty calls with 2,800 variables in use, badly spread), and a hundred calls
// each time after.

/** Free variables below which memory is brought together: a board has some 2,500, a PC's build many times that. */
const SCARCE_VARIABLES = 1000;

export function tidy(): void {
  if (process.memory().free < SCARCE_VARIABLES) E.defrag();
}
