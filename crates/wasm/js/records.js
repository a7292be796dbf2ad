// Made by `cargo xtask build` of crates/wasm/src/view/records/layout.rs: not to be edited.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const WIDE = 0x8000_0000;
const halves = new Uint32Array(2);
const float = new Float64Array(halves.buffer);
const DECIDED_TABLE = ['routes', 'rules', 'conntrack', 'neighbours', 'fdb', 'sockets'];
const STEP_LEG = ['request', 'reply', 'error', 'arp'];
const STEP_TONE = ['plain', 'accept', 'rewrite', 'deliver', 'drop'];
const OUTCOME_VERDICT = ['answered', 'delivered', 'dropped', 'refused', 'replyLost', 'notSent'];
const CHUNK_STREAM = ['stdout', 'stderr'];

/**
 * The whole: a walk, or a step. It is read at once, out of the module's memory: that may grow or be another's
 * afterwards, and to copy what is to be read later takes a browser as long as to read it.
 * @param {Uint32Array} words
 * @param {Uint32Array} ends of the texts, in `plain` or, with the highest bit, in `wide`
 * @param {Uint8Array} plain
 * @param {Uint8Array} wide
 */
export function read(words, ends, plain, wide) {
  const narrow = decoder.decode(plain);
  const other = decoder.decode(wide);
  /** @type {(string | undefined)[]} */
  const texts = new Array(ends.length + 1);
  let from = 0;
  let fromWide = 0;
  for (let place = 0; place < ends.length; place++) {
    const to = ends[place];
    if (to < WIDE) {
      texts[place + 1] = narrow.slice(from, to);
      from = to;
    } else {
      const end = to - WIDE;
      texts[place + 1] = other.slice(fromWide, end);
      fromWide = end;
    }
  }
  /** @type {any[]} */
  const made = new Array(words.length >> 3);
  let at = 0;
  let count = 1;
  while (at < words.length) {
    switch (words[at]) {
      case 0: {
        // List
        const list = new Array(words[at + 1]);
        at += 2;
        for (let place = 0; place < list.length; place++) list[place] = made[words[at++]];
        made[count++] = list;
        break;
      }
      case 1: // Float
        halves[0] = words[at + 1];
        halves[1] = words[at + 2];
        made[count++] = float[0];
        at += 3;
        break;
      case 2: // Field
        made[count++] = {
          name: texts[words[at + 1]],
          value: texts[words[at + 2]],
          before: texts[words[at + 3]],
        };
        at += 4;
        break;
      case 3: // Decided
        made[count++] = {
          table: DECIDED_TABLE[words[at + 1]],
          key: texts[words[at + 2]],
          text: texts[words[at + 3]],
        };
        at += 4;
        break;
      case 4: // Step
        made[count++] = {
          index: words[at + 1],
          micros: made[words[at + 2]],
          ns: words[at + 3],
          packet: words[at + 4],
          leg: STEP_LEG[words[at + 5]],
          what: texts[words[at + 6]],
          place: made[words[at + 7]],
          title: texts[words[at + 8]],
          label: texts[words[at + 9]],
          line: texts[words[at + 10]],
          sentence: texts[words[at + 11]],
          why: texts[words[at + 12]],
          detail: words[at + 13] === 1,
          tone: STEP_TONE[words[at + 14]],
          decided: made[words[at + 15]],
          header: made[words[at + 16]],
        };
        at += 17;
        break;
      case 5: // Outcome
        made[count++] = {
          verdict: OUTCOME_VERDICT[words[at + 1]],
          sentence: texts[words[at + 2]],
          step: words[at + 3],
        };
        at += 4;
        break;
      case 6: // Chunk
        made[count++] = {
          stream: CHUNK_STREAM[words[at + 1]],
          text: texts[words[at + 2]],
        };
        at += 3;
        break;
      case 7: // Output
        made[count++] = {
          stdout: texts[words[at + 1]],
          stderr: texts[words[at + 2]],
          chunks: made[words[at + 3]],
          status: words[at + 4],
        };
        at += 5;
        break;
      case 8: // Walk
        made[count++] = {
          from: words[at + 1],
          command: texts[words[at + 2]],
          steps: made[words[at + 3]],
          outcome: made[words[at + 4]],
          output: made[words[at + 5]],
        };
        at += 6;
        break;
      case 9: // Socket
        made[count++] = {
          kind: 'socket',
        };
        at += 1;
        break;
      case 10: // Device
        made[count++] = {
          kind: 'device',
          name: texts[words[at + 1]],
        };
        at += 2;
        break;
      case 11: // Bridge
        made[count++] = {
          kind: 'bridge',
          name: texts[words[at + 1]],
        };
        at += 2;
        break;
      case 12: // Hook
        made[count++] = {
          kind: 'hook',
          name: texts[words[at + 1]],
        };
        at += 2;
        break;
      case 13: // Route
        made[count++] = {
          kind: 'route',
        };
        at += 1;
        break;
      default:
        throw new Error(`no record has the number ${words[at]}`);
    }
  }
  return made[count - 1];
}
