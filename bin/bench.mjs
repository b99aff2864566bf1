/**
 * `npm run bench`: measures a hub on this machine. Installs and builds where needed, as a hub is measured as it is built; the bench
 * itself runs from its sources, so that nothing of it lies in dist.
 */
import { build, checkNode, install } from './prepare.mjs';

checkNode();
install();
build();
process.setSourceMapsEnabled(true);
await import('../test/support/typescript.mjs');
const { main } = await import('../bench/main.ts');
process.exit(await main(process.argv.slice(2)));
