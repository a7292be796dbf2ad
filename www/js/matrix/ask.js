/**
 * Asks who can reach whom: a share of the questions, some at a time. Runs in a worker, and in the page where there are
 * none.
 *
 * @typedef {import('../../pkg/packetwalk.js').Matrix} Matrix
 * @typedef {import('../../pkg/packetwalk.js').MatrixShare} Share
 * @typedef {{ script: string, ports: string, language: string, part: number, parts: number }} Request
 * @typedef {{ matrix?: Matrix, shares?: Share[], done?: boolean, error?: string }} Answer
 */

import * as engine from '../../pkg/packetwalk.js';

/** Milliseconds between two answers: the page stays able to do other things. */
const SPELL = 40;

/** Questions that stand together are about one pair, and answered fastest by one worker. */
const BLOCK = 64;

/**
 * @param {Request} request
 * @returns {AsyncGenerator<Answer>}
 */
export async function* ask({ script, ports, language, part, parts }) {
  await engine.default({ module_or_path: new URL('../../pkg/packetwalk_bg.wasm', import.meta.url) });
  await engine.rest();
  const lab = engine.Lab.asFar(script);
  try {
    lab.speak(language);
    const matrix = lab.matrix(ports);
    yield { matrix };
    let shares = [];
    let since = performance.now();
    for (let first = part * BLOCK; first < matrix.questions; first += parts * BLOCK)
      for (let question = first; question < Math.min(first + BLOCK, matrix.questions); question++) {
        const share = lab.matrixAsk(question);
        if (share) shares.push(share);
        if (performance.now() - since > SPELL) {
          yield { shares };
          shares = [];
          since = performance.now();
        }
      }
    yield { shares, done: true };
  } finally {
    lab.free();
  }
}
