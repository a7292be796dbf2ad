/**
 * Has a matrix asked for by workers, or by the page where there are none.
 *
 * @typedef {import('./ask.js').Request} Request
 * @typedef {import('./ask.js').Answer} Answer
 */

/** More do not help: each builds the lab first. */
const MOST = 4;

/**
 * @param {Omit<Request, 'part' | 'parts'>} what
 * @param {(answer: Answer) => void} tell is told of each answer; of an error once
 * @returns {() => void} ends it
 */
export function askAll(what, tell) {
  let ended = false;
  let isAlone = false;
  /** @type {Worker[]} */
  const workers = [];
  const end = () => {
    ended = true;
    for (const worker of workers) worker.terminate();
  };
  const told = (/** @type {Answer} */ answer) => {
    if (ended) return;
    if (answer.error !== undefined) end();
    tell(answer);
  };
  const alone = () => here(what, told, () => ended);
  if (!globalThis.Worker) {
    alone();
    return end;
  }
  const parts = Math.max(1, Math.min(MOST, navigator.hardwareConcurrency || 1));
  for (let part = 0; part < parts; part++) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }) => {
      told(data);
      if (data.done) worker.terminate();
    });
    worker.addEventListener('error', ({ message }) => {
      if (message) return told({ error: message });
      // Its script did not come: there may be no network. One page does what all workers would have done.
      for (const other of workers.splice(0)) other.terminate();
      if (!isAlone) alone();
      isAlone = true;
    });
    worker.postMessage({ ...what, part, parts });
    workers.push(worker);
  }
  return end;
}

/**
 * The same in the page, with a break after each spell.
 * @param {Omit<Request, 'part' | 'parts'>} what
 * @param {(answer: Answer) => void} told
 * @param {() => boolean} ended
 */
async function here(what, told, ended) {
  try {
    const { ask } = await import('./ask.js');
    for await (const answer of ask({ ...what, part: 0, parts: 1 })) {
      if (ended()) return;
      told(answer);
      await new Promise((go) => setTimeout(go));
    }
  } catch (error) {
    told({ error: error instanceof Error ? error.message : String(error) });
  }
}
