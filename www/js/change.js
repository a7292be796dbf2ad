/**
 * What is changed in a lab before its walk is taken again: its script, by one thing.
 *
 * @typedef {'run' | 'engine' | 'proxy' | 'script'} Kind
 * `run`: commands at the end of the script; `engine`: Docker's version; `proxy`: dockerd's userland-proxy, `on` or
 * `off`; `script`: another script.
 * @typedef {{ kind: Kind, value: string }} Change
 */

import { say } from './say.js';

const DOCKERD = /^\s*dockerd\b/;
const PROFILE = /--version-profile[ =]\S+/;

/** The first line that a machine with Docker runs. @param {string[]} lines */
const firstDocker = (lines) => lines.findIndex((line) => /^\s*docker\s/.test(line));

/** @param {string} script */
export const usesDocker = (script) => script.split('\n').some((line) => /^\s*dockerd?\b/.test(line));

/**
 * @param {string[]} lines
 * @param {string} engine
 */
function withEngine(lines, engine) {
  const named = lines.some((line) => DOCKERD.test(line) && PROFILE.test(line));
  if (named) {
    return lines.map((line) =>
      DOCKERD.test(line) ? line.replace(PROFILE, `--version-profile ${engine}`) : line,
    );
  }
  const first = lines.findIndex((line) => DOCKERD.test(line));
  const at = first >= 0 ? first : firstDocker(lines);
  return lines.toSpliced(Math.max(0, at), 0, `dockerd --version-profile ${engine}`);
}

/**
 * @param {string[]} lines
 * @param {boolean} on
 */
function withProxy(lines, on) {
  const flag = `--userland-proxy=${on}`;
  const starts = lines.findIndex((line) => DOCKERD.test(line) && line.trimEnd().endsWith('&'));
  if (starts >= 0) {
    const bare = lines[starts].replace(/\s--userland-proxy\S*/g, '');
    return lines.with(starts, bare.replace(/\bdockerd\b/, `dockerd ${flag}`));
  }
  const chosen = lines.findLastIndex((line) => DOCKERD.test(line));
  const at = chosen >= 0 ? chosen + 1 : Math.max(0, firstDocker(lines));
  return lines.toSpliced(at, 0, `dockerd ${flag} >/dev/null 2>&1 &`, 'sleep 1');
}

/**
 * The script with the change.
 * @param {string} script
 * @param {Change} change
 */
export function apply(script, { kind, value }) {
  if (kind === 'script') return value;
  if (kind === 'run') return `${script.trimEnd()}\n${value}\n`;
  const lines = script.split('\n');
  return (kind === 'engine' ? withEngine(lines, value) : withProxy(lines, value === 'on')).join('\n');
}

/**
 * The change in a few words.
 * @param {Change} change
 */
export function told({ kind, value }) {
  if (kind === 'engine') return `Docker ${value}`;
  if (kind === 'proxy') return `userland-proxy ${value}`;
  return kind === 'script' ? say('the edited lab') : value;
}

/**
 * Changes to choose from, for a lab.
 * @param {string} script
 * @param {string} host the namespace that they are made in
 * @param {string} policy FORWARD's policy there
 * @returns {{ label: string, change: Change }[]}
 */
export function offered(script, host, policy) {
  const on = host ? `ip netns exec ${host} ` : '';
  const run = (/** @type {string} */ label, /** @type {string} */ command) => ({
    label,
    change: { kind: /** @type {Kind} */ ('run'), value: on + command },
  });
  const other = policy === 'DROP' ? 'ACCEPT' : 'DROP';
  const docker = usesDocker(script)
    ? [
        ...['1.5', '20.10', '29'].map((value) => ({
          label: `Docker ${value}`,
          change: { kind: /** @type {Kind} */ ('engine'), value },
        })),
        ...['off', 'on'].map((value) => ({
          label: `userland-proxy ${value}`,
          change: { kind: /** @type {Kind} */ ('proxy'), value },
        })),
      ]
    : [];
  return [
    run(say('FORWARD’s policy {0}', other), `iptables -P FORWARD ${other}`),
    run('ip_forward off', 'sysctl -q -w net.ipv4.ip_forward=0'),
    run('ip_forward on', 'sysctl -q -w net.ipv4.ip_forward=1'),
    run('rp_filter strict', 'sysctl -q -w net.ipv4.conf.all.rp_filter=1'),
    run('route_localnet on', 'sysctl -q -w net.ipv4.conf.all.route_localnet=1'),
    run('bridge-nf-call-iptables off', 'sysctl -q -w net.bridge.bridge-nf-call-iptables=0'),
    run('bridge-nf-call-iptables on', 'sysctl -q -w net.bridge.bridge-nf-call-iptables=1'),
    ...docker,
  ];
}
