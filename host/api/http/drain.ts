// Ends the HTTP server without cutting anybody off: what has begun ends, and what is already on its way is taken.

import type { FastifyInstance } from 'fastify';

/** Wall-clock pause without a new request, after which none is on its way any more. */
const ARRIVAL_QUIET_MS = 25;
/** A caller that never stops does not keep the server up. */
const TAKE_LIMIT_MS = 1000;
/** What has not ended by then is cut off. */
const END_LIMIT_MS = 10_000;

/**
 * Takes requests until none comes for a moment, then closes the port, lets what is under way end, and closes the
 * connections.
 */
export async function drain(server: FastifyInstance): Promise<void> {
  let requests = 0;
  const count = (): void => void requests++;
  server.server.on('request', count).on('connection', count);
  let seen = -1;
  for (let waitedMs = 0; seen !== requests && waitedMs < TAKE_LIMIT_MS; waitedMs += ARRIVAL_QUIET_MS) {
    seen = requests;
    await new Promise((resolve) => setTimeout(resolve, ARRIVAL_QUIET_MS));
  }
  const limit = setTimeout(() => server.server.closeAllConnections(), END_LIMIT_MS);
  await server.close();
  clearTimeout(limit);
}
