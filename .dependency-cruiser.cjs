// Who may import whom: the table of CONTRIBUTING.md, each row a folder and what it may import besides itself.
const TABLE = {
  'server/base': [],
  'server/kube': ['server/base'],
  'server/schema': ['server/kube', 'server/base'],
  'server/storage': [
    'server/kube',
    'server/base',
    'server/schema/protobuf-reader.ts',
    'server/schema/protobuf-writer.ts',
  ],
  'server/streaming': ['server/kube', 'server/base'],
  'server/registry': ['server/schema', 'server/storage', 'server/kube', 'server/base'],
  'server/resources': ['server/registry', 'server/schema', 'server/storage', 'server/kube', 'server/base'],
  'server/admission': ['server/registry', 'server/schema', 'server/storage', 'server/kube', 'server/base'],
  'server/auth': [
    'server/registry',
    'server/storage',
    'server/schema',
    'server/kube',
    'server/base',
    'server/pipeline/identity.ts',
    'server/pipeline/request.ts',
  ],
  'server/pipeline': [
    'server/admission',
    'server/auth',
    'server/registry',
    'server/schema',
    'server/storage',
    'server/kube',
    'server/base',
  ],
  'server/cluster': [
    'server/pipeline',
    'server/resources',
    'server/admission',
    'server/auth',
    'server/registry',
    'server/schema',
    'server/storage',
    'server/kube',
    'server/base',
  ],
  'server/admin': [
    'server/cluster',
    'server/pipeline',
    'server/kube',
    'server/base',
    'server/schema/go-duration.ts',
    'server/schema/go-time.ts',
  ],
  'server/testing': ['server/admin', 'server/kube', 'server/base', 'server/index.ts'],
  'server/dashboard': [],
  'server/http': ['server/pipeline', 'server/admin', 'server/streaming', 'server/kube', 'server/base'],
  'controllers/lib': ['server/kube', 'server/base', 'server/schema/hash'],
};

const CONTROLLER_MAY = ['controllers/lib', 'server/kube', 'server/base', 'server/schema/patch', 'server/schema/hash'];

const escaped = (path) => path.replaceAll('.', '\\.');
const below = (paths) => paths.map((path) => (path.endsWith('.ts') ? `^${escaped(path)}$` : `^${path}/`));

const layers = Object.entries(TABLE).map(([folder, allowed]) => ({
  name: folder.replaceAll('/', '-'),
  comment: `${folder} may import ${allowed.join(', ') || 'nothing of the project'}`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: '^(server|controllers)/', pathNot: below([folder, ...allowed]) },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'controllers',
      comment: 'a controller knows no other controller and nothing of the server but its vocabulary',
      severity: 'error',
      from: { path: '^controllers/(?!lib/)([^/]+)/' },
      to: { path: '^(server|controllers)/', pathNot: ['^controllers/$1/', ...below(CONTROLLER_MAY)] },
    },
    {
      name: 'kinds-do-not-know-each-other',
      severity: 'error',
      from: { path: '^server/resources/(?!shared/|index\\.gen)' },
      to: { path: '^server/resources/(?!shared/)' },
    },
    {
      name: 'only-the-roots-join-server-and-controllers',
      severity: 'error',
      from: {
        path: '^server/',
        pathNot:
          '^server/(index|(cluster-)?instance(-controllers|-leadership|-parts)?|start-options|running-cluster' +
          '|outside-controllers)\\.ts$',
      },
      to: { path: '^controllers/' },
    },
    {
      name: 'fastify-only-in-http',
      severity: 'error',
      from: { pathNot: '^(server/http|test)/' },
      to: { path: 'node_modules/(@fastify/|fastify)' },
    },
    {
      name: 'lowdb-only-in-storage',
      severity: 'error',
      from: { pathNot: '^(server/storage|test)/' },
      to: { path: 'node_modules/lowdb' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'product-does-not-import-tests',
      severity: 'error',
      from: { path: '^(server|controllers)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
