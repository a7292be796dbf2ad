// The package as somebody gets it: packed by npm, unpacked into a folder of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const DIST = join(ROOT, 'www/dist');

/** The smallest lab that answers. */
export const LAB = `
  ip netns add c1
  ip link add veth1 type veth peer name eth0 netns c1
  ip addr add 10.0.0.1/24 dev veth1
  ip link set veth1 up
  ip netns exec c1 ip addr add 10.0.0.2/24 dev eth0
  ip netns exec c1 ip link set eth0 up
`;

/** A new folder with the package in `packetwalk`, where an import finds it too. */
export function unpacked() {
  const folder = mkdtempSync(join(tmpdir(), 'packetwalk-'));
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: DIST,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename }] = JSON.parse(said);
  execFileSync('tar', [
    '-xzf',
    join(folder, filename),
    '-C',
    folder,
    '--transform',
    's/^package/packetwalk/',
  ]);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync('../packetwalk', join(folder, 'node_modules/packetwalk'));
  return {
    folder,
    write: (/** @type {string} */ name, /** @type {string} */ text) => {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/**
 * Waits until every walk of a page has been taken; how they ended.
 * @param {{ evaluate: import('playwright-core').Page['evaluate'] }} page a page, or a frame of it
 * @returns {Promise<string[]>}
 */
export const verdicts = (page) =>
  page.evaluate(async () => {
    await customElements.whenDefined('packet-walk');
    const walks = /** @type {any[]} */ ([...document.querySelectorAll('packet-walk')]);
    for (const walk of walks) await walk.start();
    return walks.map(({ outcome }) => outcome?.verdict);
  });
