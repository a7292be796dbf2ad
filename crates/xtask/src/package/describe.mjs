/** What the package says of itself, made from the element's own documentation: manifest, types, README, package.json. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { tools } from './tools.mjs';

const ELEMENT = 'js/element/packet-walk.js';
/** What the browser calls of an element. */
const BROWSERS = ['connectedCallback', 'disconnectedCallback', 'attributeChangedCallback'];

/**
 * @param {string} root the workspace
 * @param {string} dist
 * @param {string} version
 */
export function describe(root, dist, version) {
  const scratch = mkdtempSync(join(tmpdir(), 'packetwalk-'));
  try {
    const manifest = readManifest(root, scratch);
    const [element] = manifest.modules[0].declarations;
    const write = (name, text) => writeFileSync(join(dist, name), text);
    write('custom-elements.json', `${JSON.stringify(manifest, null, 2)}\n`);
    write('simulator.d.ts', values(readFileSync(join(root, 'www/pkg/packetwalk.d.ts'), 'utf8')));
    write('packet-walk.d.ts', types(declarations(root, scratch), element));
    write('README.md', readme(readFileSync(join(root, 'www/package/README.md'), 'utf8'), element));
    const { name, ...others } = JSON.parse(readFileSync(join(root, 'www/package/package.json'), 'utf8'));
    write('package.json', `${JSON.stringify({ name, version, ...others }, null, 2)}\n`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The analyzer's manifest, of what is public and as the package has it. */
function readManifest(root, scratch) {
  const require = tools(root);
  const www = join(root, 'www');
  const analyzer = require.resolve('@custom-elements-manifest/analyzer/cem.js');
  // The analyzer takes its folder for one below its own.
  const args = ['analyze', '--globs', ELEMENT, '--outdir', relative(www, scratch), '--quiet'];
  execFileSync(process.execPath, [analyzer, ...args], { cwd: www, stdio: ['ignore', 'ignore', 'inherit'] });
  const { readme: _, ...manifest } = JSON.parse(readFileSync(join(scratch, 'custom-elements.json'), 'utf8'));
  const path = 'packet-walk.js';
  for (const module of manifest.modules) {
    module.path = path;
    module.exports = module.exports.map((each) => ({
      ...each,
      declaration: { ...each.declaration, module: path },
    }));
    module.declarations = module.declarations.filter(({ customElement }) => customElement);
    for (const element of module.declarations) {
      // What has no description was guessed by the analyzer.
      const said = ({ name, description, privacy }) =>
        description && privacy !== 'private' && !BROWSERS.includes(name);
      element.members = element.members.filter(said);
      element.events = element.events.filter(said);
    }
  }
  return manifest;
}

/** What TypeScript makes of the element. */
function declarations(root, scratch) {
  const www = join(root, 'www');
  const tsc = tools(root).resolve('typescript/package.json').replace('package.json', 'bin/tsc');
  const project = {
    extends: join(www, 'jsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      allowJs: true,
      rootDir: www,
      outDir: scratch,
    },
    include: [],
    files: [join(www, ELEMENT)],
  };
  const config = join(scratch, 'tsconfig.json');
  writeFileSync(config, JSON.stringify(project));
  execFileSync(process.execPath, [tsc, '--project', config], { stdio: ['ignore', 'inherit', 'inherit'] });
  return readFileSync(join(scratch, ELEMENT.replace('.js', '.d.ts')), 'utf8');
}

/** The types of what the simulator gives, without its own interface. */
function values(text) {
  const end = text.search(/\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*export class /);
  return text.slice(text.indexOf('/**'), end);
}

/** The element's types, with those of its attributes and events. */
function types(text, { attributes, events }) {
  const own = text.replace(/import\(["'][./]*pkg\/packetwalk\.js["']\)\./g, '');
  const doc = ({ description }) => `  /** ${description} */\n`;
  const attribute = (each) => `${doc(each)}  ${each.name}?: ${each.type.text};\n`;
  const event = (each) => `${doc(each)}  ${each.name}: ${each.type.text};\n`;
  const listeners = ['addEventListener', 'removeEventListener'].map((name) => {
    const options = name.startsWith('add') ? 'AddEventListenerOptions' : 'EventListenerOptions';
    const one = (events, self) =>
      `  ${name}<K extends keyof ${events}>(type: K, listener: (this: ${self}, event: ${events}[K]) => any, options?: boolean | ${options}): void;\n`;
    return (
      one('PacketWalkEvents', 'PacketWalk') +
      one('HTMLElementEventMap', 'HTMLElement') +
      `  ${name}(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | ${options}): void;\n`
    );
  });
  return `import type { Outcome, Output, Step, Walk } from './simulator.js';
export type * from './simulator.js';

${own.trim()}

/** The element's attributes. */
export interface PacketWalkAttributes {
${attributes.map(attribute).join('')}}

/** The element's events. */
export interface PacketWalkEvents {
${events.map(event).join('')}}

export interface PacketWalk {
${listeners.join('')}}

declare global {
  interface HTMLElementTagNameMap {
    'packet-walk': PacketWalk;
  }
}
`;
}

/** The README, with a table in place of each comment that names one. */
function readme(text, { attributes, members, events, cssProperties }) {
  const cell = (words) => words.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');
  const table = (rows) =>
    ['| | |', '|---|---|', ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)].join('\n');
  const described = (title) => (each) => [`\`${title(each)}\``, each.description ?? ''];
  const call = ({ name, parameters = [] }) =>
    `${name}(${parameters.map((each) => (each.optional ? `${each.name}?` : each.name)).join(', ')})`;
  const detail = ({ name, type, description }) => [
    `\`${name}\``,
    `${description}: \`${type.text.replace(/^CustomEvent<(.*)>$/, '$1')}\``,
  ];
  const tables = {
    attributes: attributes.map(described(({ name }) => name)),
    methods: members.filter(({ kind }) => kind === 'method').map(described(call)),
    properties: members
      .filter(({ kind, static: shared }) => kind === 'field' && !shared)
      .map(described(({ name }) => name)),
    events: events.map(detail),
    css: cssProperties.map(described(({ name }) => name)),
  };
  return text.replace(/<!-- (\w+) -->/g, (_, name) => table(tables[name]));
}
