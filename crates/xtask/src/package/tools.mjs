import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Requires what the lock file of `tests/browser` pins. */
export const tools = (root) => createRequire(join(root, 'tests/browser/package.json'));
