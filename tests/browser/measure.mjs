// Measures the built page in Chromium: how long a lab of 1,000 containers takes to start, and who reaches whom in it on
// 20 ports. node measure.mjs [TIMES]
import { launch } from './page.mjs';
import { serve } from './server.mjs';

const NETWORKS = 50;
const EACH = 20;
/** What people publish. */
const PORTS = [
  22, 25, 53, 80, 110, 143, 443, 587, 993, 1433, 3000, 3306, 5000, 5432, 5672, 6379, 8080, 8443, 9200, 27017,
];

/** The lab of `crates/bench/src/containers.rs`. */
function lab() {
  const lines = [];
  for (let n = 0; n < NETWORKS; n++)
    lines.push(`docker network create --subnet 10.${n}.0.0/24 n${n} >/dev/null`);
  for (let n = 0; n < NETWORKS; n++)
    for (let c = 0; c < EACH; c++) {
      const port = 10_000 + n * EACH + c;
      lines.push(`docker run -d --name c${n}-${c} --network n${n} -p ${port}:80 nginx >/dev/null`);
    }
  return `${lines.join('\n')}\ndocker ps -q | wc -l\n`;
}

/** Starts it as the page does, twice: code that ran once is faster. Milliseconds. */
async function start(/** @type {string} */ script) {
  const file = (/** @type {string} */ name) => new URL(`pkg/${name}`, document.baseURI);
  const engine = await import(file('packetwalk.js').href);
  await engine.default({ module_or_path: file('packetwalk_bg.wasm') });
  await engine.rest();
  const times = [];
  for (let turn = 0; turn < 2; turn++) {
    const begin = performance.now();
    const lab = engine.Lab.asFar(script);
    times.push(performance.now() - begin);
    const { stdout, stderr } = lab.output();
    if (stdout.trim() !== '1000') throw new Error(`${stdout}${stderr}`);
    lab.free();
  }
  return times;
}

/** Has the matrix asked for as the page does, the lab's start in each worker included: seconds, workers, questions. */
async function matrix(/** @type {{ script: string, ports: string }} */ what) {
  const { askAll } = await import(new URL('js/matrix/workers.js', document.baseURI).href);
  const begin = performance.now();
  return new Promise((done, failed) => {
    const seen = { seconds: 0, workers: 0, questions: 0, ended: 0 };
    const tell = (/** @type {import('../../www/js/matrix/ask.js').Answer} */ answer) => {
      if (answer.error !== undefined) failed(new Error(answer.error));
      if (answer.matrix) {
        seen.workers += 1;
        seen.questions = answer.matrix.questions;
      }
      seen.ended += Number(answer.done ?? false);
      seen.seconds = (performance.now() - begin) / 1000;
      if (seen.ended === Math.min(4, navigator.hardwareConcurrency)) done(seen);
    };
    askAll({ ...what, language: 'en' }, tell);
  });
}

/** The median, with the least and the most. */
function spread(/** @type {number[]} */ times, digits = 0) {
  const sorted = times.toSorted((a, b) => a - b);
  const [least, middle, most] = [0, sorted.length >> 1, sorted.length - 1].map((at) =>
    sorted[at].toFixed(digits),
  );
  return `${middle} (${least} to ${most})`;
}

const script = lab();
const ports = PORTS.map((port) => `tcp/${port}`).join(',');
const times = Number(process.argv[2] ?? 5);
const server = await serve();
const browser = await launch();
const [first, again, asked] = [[], [], []];
let last = { workers: 0, questions: 0 };
for (let turn = 0; turn < times; turn++) {
  // Nothing is kept from one context to the next, compiled code neither.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForSelector('body[data-ready]');
  const [one, two] = await page.evaluate(start, script);
  first.push(one);
  again.push(two);
  last = await page.evaluate(matrix, { script, ports });
  asked.push(last.seconds);
  await context.close();
}
await browser.close();
server.close();
console.log(`in Chromium, ${times} times: the median (and the range)`);
console.log(
  `${NETWORKS * EACH} containers on ${NETWORKS} networks start in ${spread(first)} ms, again in ${spread(again)} ms`,
);
console.log(
  `their matrix with ${PORTS.length} ports takes ${spread(asked, 1)} s: ${last.questions} questions, ${last.workers} workers`,
);
