/**
 * Makes the package: `node main.mjs WORKSPACE VERSION`. What is to be packed must have been built (`www/pkg`,
 * `www/vendor`). Everything goes into `www/dist`, which is emptied first.
 */

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { describe } from './describe.mjs';
import { weigh } from './weigh.mjs';

const [root, version] = process.argv.slice(2);
const www = join(root, 'www');
const dist = join(www, 'dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) cpSync(join(root, name), join(dist, name));
cpSync(join(www, 'vendor/dagre.LICENSE'), join(dist, 'LICENSE-dagre'));
await bundle(root, dist);
describe(root, dist, version);
console.log(weigh(dist).text);
