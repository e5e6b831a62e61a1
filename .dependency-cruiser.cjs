/** Services never import each other; everything may use observability and contracts. */
/** Tests, and what only tests use, may stand on the local stack. */
const tests = '(\\.test\\.ts|/test-[^/]+\\.ts)$';

const service = (name, others) => ({
  name: `${name}-stays-apart`,
  severity: 'error',
  from: { path: `^${name}/`, pathNot: tests },
  to: { path: `^(${others.join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans-to-dev',
      severity: 'error',
      comment: 'What runs in production may not need a development dependency.',
      from: {
        path: '^(contracts|observability|dead-letters|auth|gateway|pipeline|image)/',
        // Pages are bundled when they are built; dashboards and rules are files that are written.
        pathNot: [tests, '^gateway/pages/', '^observability/(dashboards|prometheus)/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'unknown', 'undetermined'] },
    },
    {
      name: 'pages-run-in-a-browser',
      severity: 'error',
      comment: 'A page shares the types of what it shows with its server, and no code.',
      from: { path: '^gateway/pages/', pathNot: tests },
      to: {
        path: '^(contracts|observability|dead-letters|auth|gateway|pipeline|local)/',
        pathNot: '^gateway/pages/',
        dependencyTypesNot: ['type-only'],
      },
    },
    service('contracts', ['observability', 'dead-letters', 'auth', 'gateway', 'pipeline', 'local']),
    service('observability', ['dead-letters', 'auth', 'gateway', 'pipeline', 'local']),
    service('dead-letters', ['auth', 'gateway', 'pipeline', 'local']),
    service('auth', ['dead-letters', 'gateway', 'pipeline', 'local']),
    service('gateway', ['auth', 'pipeline', 'local']),
    service('pipeline', ['auth', 'gateway', 'local']),
    service('image', ['local']),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Packages that are imported by their parts (`pure-rand/…`) name these in `exports`.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'types'] },
  },
};
