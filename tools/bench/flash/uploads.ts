// Whole uploads of a built image with its tables to the genuine interpreter behind a pseudo-terminal, each to an empty
// board.
import { realRuntime } from '../../../host/kit/runtime';
import { flashBoard } from '../../flash/flash';
import { readImage, readTables } from '../../flash/storage/image';
import { startGenuine } from '../../flash/model/genuine';
import { openPort } from '../../serial/open';

/** imageFile: an image of board linux. Answers how many of `count` succeeded, and the median time of those. */
export async function genuineUploads(
  espruino: string,
  imageFile: string,
  count: number,
): Promise<{ good: number; medianMs: number }> {
  const image = readImage(imageFile);
  const tables = readTables(imageFile, image.info.role);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const board = startGenuine(espruino);
    const port = await openPort(board.path);
    try {
      times.push((await flashBoard({ port, runtime: realRuntime(), image, tables })).uploadMs);
    } catch (error) {
      process.stderr.write(`upload ${i + 1} of ${count}: ${(error as Error).message}\n`);
    } finally {
      port.close();
      await board.close();
    }
  }
  return { good: times.length, medianMs: times.sort((a, b) => a - b)[times.length >> 1] ?? 0 };
}
