/**
 * What a link's fragment carries: one of the page's labs, or a lab of one's own, packed; and the walk and its step.
 * No server sees it.
 *
 * @typedef {object} Link
 * @property {string} [lab] address of one of the page's labs
 * @property {string} [script] a lab of one's own
 * @property {string} [from] namespace that the walk's command runs in
 * @property {string} [command] the walk's command
 * @property {number} [step] index of the step on show
 * @property {import('./change.js').Change | null} [versus] the change that the walk is compared with
 */

/** The changes, as a fragment names them. @type {import('./change.js').Kind[]} */
const KINDS = ['run', 'engine', 'proxy', 'script'];

/** Longest lab that is taken from a link, in bytes: what is packed may be a thousand times as long. */
const MOST = 1_000_000;

/** @param {Uint8Array} bytes */
const base64 = (bytes) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** @param {string} text */
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

/** @param {string} text */
async function pack(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return base64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** @param {string} packed */
async function unpack(packed) {
  const stream = new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const text = new TextDecoder('utf-8', { fatal: true });
  let out = '';
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    out += text.decode(next.value, { stream: true });
    if (out.length > MOST) throw new Error(`the link's lab is longer than ${MOST} bytes`);
  }
  return out + text.decode();
}

/**
 * The fragment of a link, with its `#`.
 * @param {Link} link
 */
export async function fragment({ lab, script, from, command, step, versus }) {
  const parts = new URLSearchParams();
  if (lab) parts.set('lab', lab);
  if (script !== undefined) parts.set('script', await pack(script));
  if (command) {
    if (from) parts.set('from', from);
    parts.set('walk', command);
    if (step) parts.set('step', String(step));
    if (versus) {
      const { kind, value } = versus;
      parts.set(`vs-${kind}`, kind === 'script' ? await pack(value) : value);
    }
  }
  return `#${parts}`;
}

/**
 * Reads a fragment; `null` when it says nothing.
 * @param {string} hash
 * @returns {Promise<Link | null>}
 */
export async function read(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const get = (/** @type {string} */ name) => parts.get(name) ?? undefined;
  const packed = get('script');
  const kind = KINDS.find((name) => get(`vs-${name}`));
  const value = kind ? (get(`vs-${kind}`) ?? '') : '';
  const link = {
    lab: get('lab'),
    script: packed === undefined ? undefined : await unpack(packed),
    from: get('from'),
    command: get('walk'),
    step: Number(get('step') ?? 0) || 0,
    versus: kind ? { kind, value: kind === 'script' ? await unpack(value) : value } : null,
  };
  return link.lab || link.script !== undefined || link.command ? link : null;
}
