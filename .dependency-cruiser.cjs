// The order of areas (docs/decisions and README tell why) is read from one file, areas.json: an area imports only
// areas above it in that list.
const areas = require('./areas.json');

const order = areas.slice(0, -1).map((area, i) => ({
  name: `${area}-imports-only-upwards`,
  severity: 'error',
  from: { path: `^src/${area}/` },
  to: { path: `^src/(${areas.slice(i + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...order,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-known-areas',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: `^src/(${areas.join('|')})/` },
    },
    {
      name: 'table-of-contents-is-imported-by-nobody-but-main',
      severity: 'error',
      from: { pathNot: '^src/(hub|main)\\.ts$' },
      to: { path: '^src/app\\.module\\.ts$' },
    },
    {
      name: 'entities-stay-in-their-area',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '\\.entity\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'only-queue-knows-bullmq',
      severity: 'error',
      // Its tables are made with ours, by the owner and under one lock (queue-schema.ts tells why there).
      from: { path: '^src/', pathNot: '^src/(queue/|database/queue-schema\\.ts$)' },
      to: { path: 'node_modules/(bullmq|@nestjs/bullmq|ioredis)/' },
    },
    {
      name: 'the-verifier-is-read-and-trusted-alone',
      severity: 'error',
      comment:
        'What checks the hub takes nothing from it, and nothing from the registry: only what Node brings.',
      from: { path: '^src/audit/verify/' },
      to: { pathNot: '^src/audit/verify/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-gate-is-pure',
      severity: 'error',
      from: { path: '^src/dispatch/(gate|routing)\\.ts$' },
      to: { path: '^(src/(database|queue|vault|audit)|node_modules/(@nestjs|typeorm|pg))/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
