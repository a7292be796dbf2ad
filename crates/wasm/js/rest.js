/**
 * The rest of the simulator. The build splits the module in two: what a page needs to come up, and the rest, which
 * is fetched once the page is up. A call into the rest that comes earlier fetches it there and then.
 */

/** @type {Record<string, any> | undefined} */
let first;
/** @type {Promise<void> | undefined} */
let coming;
/** @type {BufferSource | undefined} */
let given;
const address = () => new URL('./packetwalk_rest.wasm', import.meta.url);

/**
 * Takes the rest from who has it at hand: it is then not fetched. Call before the simulator is started.
 * @param {BufferSource} bytes
 */
export function provide(bytes) {
  given = bytes;
}

/** @param {WebAssembly.Instance | WebAssembly.Module} made */
function join(made) {
  if (!first || first.rest_ready.value) return;
  if (made instanceof WebAssembly.Module) new WebAssembly.Instance(made, { first });
  first.rest_ready.value = 1;
}

/** Fetches the rest in its own time. A failure is none yet: whoever needs the rest will ask again. */
async function fetchRest() {
  try {
    if (given) return join(await WebAssembly.compile(given));
    const answer = await fetch(address());
    if (answer.ok) join(await WebAssembly.compile(await answer.arrayBuffer()));
  } catch {
    // Offline, or the page is going away.
  }
}

/**
 * Takes note of the first part's exports.
 * @param {Record<string, any>} exports
 */
export function register(exports) {
  if (!exports.rest_ready) return;
  first = exports;
  const later = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 200));
  if (globalThis.document) later(() => (coming ??= fetchRest()));
}

/** Fetches the rest now, in its own time: for a page that knows that it will need it. */
export function come() {
  if (first && !first.rest_ready.value) coming ??= fetchRest();
  return coming ?? Promise.resolve();
}

/** The rest's bytes, waited for. */
function fetchNow() {
  const url = address();
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.overrideMimeType('text/plain; charset=x-user-defined');
  request.send();
  if (request.status !== 200) throw new Error(`${url.pathname}: ${request.status}`);
  return Uint8Array.from(request.responseText, (char) => char.charCodeAt(0) & 255);
}

/** Sees to it that the rest is there, now: the first part calls this from within WebAssembly, which cannot wait. */
export function load() {
  if (!first || first.rest_ready.value) return;
  join(new WebAssembly.Module(given ?? fetchNow()));
}
