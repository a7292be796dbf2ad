/**
 * The simulator, loaded once for all elements of a page.
 *
 * @typedef {typeof import('../../pkg/packetwalk.js')} Engine
 */

/** @type {Promise<Engine> | null} */
let loading = null;

async function load() {
  // Both at once. What fetching fails with is told by whoever takes the answer.
  const wasm = fetch(new URL('../../pkg/packetwalk_bg.wasm', import.meta.url));
  wasm.catch(() => {});
  const module = await import('../../pkg/packetwalk.js');
  await module.default({ module_or_path: wasm });
  return module;
}

/** The simulator. Who asks after a failure tries again. */
export function engine() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}
