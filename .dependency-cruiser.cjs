/** What the Nx tags cannot say: no cycles, nothing unused, no way past a lib's index. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['\\.spec\\.ts$', 'main\\.ts$', '\\.config\\.', '\\.d\\.ts$', 'generate\\.mjs$'],
      },
      to: {},
    },
    {
      name: 'index-only',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: {
        path: '^(apps|libs)/[^/]+/src/',
        pathNot: [
          '^(apps|libs)/$2/',
          '/src/index\\.ts$',
          // What is exported beside an index, to be loaded without it.
          '^libs/(testing/src/fault-lab/index|app/src/heap|database/src/embedded/prepared)\\.ts$',
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
};
