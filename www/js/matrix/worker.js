/** A worker that asks for a share of a matrix. */

import { ask } from './ask.js';

addEventListener('message', async ({ data }) => {
  try {
    for await (const answer of ask(data)) postMessage(answer);
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
