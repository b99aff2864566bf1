/** The `stafett` command: `npm run -s stafett -- …`. Installs and builds where needed, with messages on stderr only. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, checkNode, install, root } from './prepare.mjs';

checkNode();
install();
build();
process.setSourceMapsEnabled(true);
// The command reads its arguments where Node puts a script's own.
process.argv[1] = join(root, 'dist/src/cli/main.js');
await import(pathToFileURL(process.argv[1]).href);
