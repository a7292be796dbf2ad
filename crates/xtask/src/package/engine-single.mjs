/** The simulator, unpacked from the very file that this is a part of; loaded once for all elements of a page. */

import first from 'packetwalk:packetwalk_bg.wasm';
import rest from 'packetwalk:packetwalk_rest.wasm';
import { provide } from 'packetwalk:rest';
import * as module from 'packetwalk:simulator';

/** No address is fetched for it: a page's policy need not allow `data:`. */
async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

async function load() {
  const [bytes, others] = await Promise.all([unpack(first), unpack(rest)]);
  provide(others);
  await module.default({ module_or_path: bytes });
  return module;
}

let loading = null;

export function engine() {
  loading ??= load();
  return loading;
}
