// Copies the libraries that the page uses from node_modules into www/vendor, as www/vendor.json lists them.
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const www = join(here, '../../www');

for (const { package: name, version, files } of JSON.parse(readFileSync(join(www, 'vendor.json'), 'utf8'))) {
  const from = join(here, 'node_modules', name);
  const found = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')).version;
  if (found !== version)
    throw new Error(`${name}: www/vendor.json says ${version}, node_modules has ${found}`);
  for (const [source, target] of Object.entries(files)) {
    mkdirSync(dirname(join(www, target)), { recursive: true });
    cpSync(join(from, source), join(www, target), { recursive: true });
  }
}
