// Runs a WASI module that reads the clock and prints: node wasi.cjs MODULE [ARGUMENT...]. (node:wasi itself crashes at times.)
const { readFileSync, writeSync } = require('node:fs');

let memory;
const view = () => new DataView(memory.buffer);

/** What the module may ask of its host; 0 is success. */
const host = {
  clock_time_get(_clock, _precision, at) {
    view().setBigUint64(at, process.hrtime.bigint(), true);
    return 0;
  },
  fd_write(fd, list, count, written) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const at = view().getUint32(list + 8 * i, true);
      const length = view().getUint32(list + 8 * i + 4, true);
      total += writeSync(fd, new Uint8Array(memory.buffer, at, length));
    }
    view().setUint32(written, total, true);
    return 0;
  },
  proc_exit(status) {
    process.exit(status);
  },
  random_get: (at, length) => (new Uint8Array(memory.buffer, at, length).fill(0), 0),
};
/** Texts that end with NUL: the program's arguments, and an environment without anything. */
for (const [name, texts] of Object.entries({ args: process.argv.slice(2), environ: [] })) {
  const bytes = texts.map((text) => Buffer.from(`${text}\0`));
  host[`${name}_sizes_get`] = (count, size) => {
    view().setUint32(count, bytes.length, true);
    view().setUint32(size, Buffer.concat(bytes).length, true);
    return 0;
  };
  host[`${name}_get`] = (pointers, at) => {
    for (const text of bytes) {
      view().setUint32(pointers, at, true);
      new Uint8Array(memory.buffer, at).set(text);
      pointers += 4;
      at += text.length;
    }
    return 0;
  };
}

const module_ = new WebAssembly.Module(readFileSync(process.argv[2]));
const instance = new WebAssembly.Instance(module_, { wasi_snapshot_preview1: host });
memory = instance.exports.memory;
instance.exports._start();
