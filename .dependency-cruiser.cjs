/**
 * The arrows of lib/: one rule a folder says what the folder may import. A folder without a row
 * fails `every-folder-has-a-row`.
 */

/** @type {Record<string, { may: string[], types?: string[], files?: string[], why: string }>} */
const folders = {
  errors: { may: [], why: 'Everything reports errors, so they lean on nothing.' },
  async: { may: [], why: 'Value-or-promise helpers know nothing of the framework.' },
  protocol: { may: ['errors'], why: 'The wire is shared with the browser.' },
  metadata: { may: ['errors'], why: 'Records are plain data and know nobody who writes them.' },
  decorators: {
    may: ['metadata', 'protocol', 'di', 'errors', 'runtime'],
    types: ['rooms'],
    why: 'A decorator only writes a record (marks its class injectable, or makes a guard).',
  },
  validation: {
    may: ['errors', 'metadata', 'async'],
    why: 'Validation can be replaced in one folder.',
  },
  di: {
    may: ['errors', 'metadata'],
    types: ['transports'],
    why: 'The container can be replaced in one folder.',
  },
  routing: { may: ['errors'], why: 'Patterns in, matcher out: no connection, no handler.' },
  logging: {
    may: ['errors', 'async'],
    types: ['runtime'],
    why: 'Logging is used by all and uses little.',
  },
  options: {
    may: ['errors', 'protocol', 'rooms'],
    types: ['runtime', 'di', 'logging', 'transports', 'uws'],
    why: 'Options are checked before anything is built from them.',
  },
  compile: {
    may: ['metadata', 'validation', 'di', 'routing', 'runtime', 'rooms', 'errors', 'async'],
    types: ['protocol', 'documents'],
    why: 'Compile is the only bridge from records to what runs.',
  },
  runtime: {
    may: ['protocol', 'rooms', 'errors', 'async'],
    types: ['logging', 'transports', 'documents', 'cluster'],
    why: 'What runs per message knows no decorators, no metadata and no third party.',
  },
  rooms: {
    may: ['protocol', 'errors', 'async'],
    types: ['transports'],
    why: 'The room manager works on its own, over any socket and any transport.',
  },
  cluster: {
    may: ['errors', 'async', 'transports'],
    types: ['protocol', 'rooms'],
    why: 'What processes know of each other is told to whoever asks: no rooms, no connections.',
  },
  transports: { may: ['protocol', 'errors', 'async'], why: 'A transport carries text, no rooms.' },
  client: {
    may: ['protocol'],
    why: 'The client runs in a browser and is small there: the wire, and nothing of the server.',
  },
  documents: {
    // app/ alone knows of decorators and the runtime: see document-rooms-stand-alone.
    may: ['protocol', 'errors', 'async', 'validation', 'decorators', 'runtime'],
    types: ['transports', 'routing', 'di'],
    // Supervisors of workers keep owners, too, and know nothing of documents.
    files: ['transports/owners/memory-document-owners.ts'],
    why: 'A document room works on its own, over any socket and any storage.',
  },
  yjs: {
    may: ['documents', 'protocol', 'errors', 'async'],
    types: ['transports'],
    why: 'Documents of Yjs are one engine of several; who has none does not load it.',
  },
  inspector: {
    may: ['runtime', 'protocol', 'errors', 'async', 'http'],
    types: ['rooms', 'uws', 'asyncapi', 'cluster'],
    files: ['ws-app.ts'],
    why: 'It looks at an app from outside; who has none does not load it.',
  },
  metrics: {
    may: ['runtime', 'errors', 'async', 'http'],
    types: ['transports', 'uws', 'cluster'],
    why: 'Metrics read what the app has counted; who has no Prometheus does not load them.',
  },
  asyncapi: {
    may: ['compile', 'metadata', 'validation', 'runtime', 'errors'],
    types: ['uws'],
    why: 'A description is made of what the decorators said; who asks for none does not load it.',
  },
  msgpack: {
    may: ['protocol'],
    why: 'One codec for both sides; who has no MessagePack does not load it.',
  },
  opentelemetry: {
    may: ['runtime', 'errors', 'async'],
    why: 'Spans are made by middleware; who has no OpenTelemetry does not load it.',
  },
  react: {
    may: ['client', 'protocol'],
    why: 'The hooks are a view of the client.',
  },
  jwt: {
    may: ['errors'],
    types: ['runtime', 'async'],
    why: 'Who has other tokens, or none, does not load it.',
  },
  publish: {
    may: ['rooms', 'protocol', 'errors', 'http'],
    types: ['runtime', 'uws', 'async'],
    why: 'A way in beside the sockets: it pushes, and knows nobody who is connected.',
  },
  http: {
    may: [],
    types: ['uws'],
    why: 'What HTTP routes share: keys, bodies, answers. No app, no sockets.',
  },
  workers: {
    may: ['transports', 'runtime', 'errors', 'async'],
    types: ['logging', 'protocol'],
    why: 'Processes that share a port know nothing of what is said there.',
  },
  load: {
    may: [],
    why: 'A load talks to servers as a stranger; benchmarks/ use it, too.',
  },
  cli: {
    may: ['workers', 'load', 'msgpack', 'options', 'logging', 'runtime', 'uws', 'errors'],
    files: ['ws-app.ts'],
    why: 'Commands use the app as a program of the user would, and nobody uses them.',
  },
  testing: {
    may: ['async', 'client', 'di', 'errors', 'logging', 'options', 'protocol', 'runtime', 'uws'],
    files: ['(app|ws-app|platform)\\.ts'],
    why: 'A whole app on sockets and a clock that are made up.',
  },
  uws: {
    may: ['runtime', 'protocol', 'errors', 'async'],
    types: ['options', 'logging', 'rooms'],
    why: 'The socket server hands messages on and knows nothing of controllers.',
  },
}

/** @type {Record<string, { only: string[], why: string }>} */
const soleImporters = {
  'reflect-metadata': { only: ['metadata'], why: 'Metadata is read and written in one place.' },
  'class-validator': { only: ['validation'], why: 'Another validator replaces one folder.' },
  'class-transformer': { only: ['validation'], why: 'Another validator replaces one folder.' },
  tsyringe: { only: ['di'], why: 'Another container replaces one folder.' },
  'path-to-regexp': { only: ['routing'], why: 'Another pattern language replaces one folder.' },
  'fastest-levenshtein': { only: ['errors'], why: 'Only a message says what was probably meant.' },
  'uWebSockets.js': { only: ['uws'], why: 'Its pitfalls are handled in one place.' },
  pino: { only: ['logging'], why: 'The rest logs through a contract that any logger can meet.' },
  ioredis: { only: ['transports/redis'], why: 'Who has no Redis does not install its client.' },
  '@nats-io/transport-node': {
    only: ['transports/nats'],
    why: 'Who has no NATS does not install its client.',
  },
  '@nats-io/jetstream': {
    only: ['transports/nats'],
    why: 'Who has no NATS does not install its client.',
  },
  jose: { only: ['jwt'], why: 'Who has no JWTs does not install it.' },
  react: { only: ['react'], why: 'Who has no React does not install it.' },
  msgpackr: { only: ['msgpack'], why: 'Who has no MessagePack does not install it.' },
  'prom-client': { only: ['metrics'], why: 'Who has no Prometheus does not install it.' },
  '@opentelemetry/api': {
    only: ['opentelemetry'],
    why: 'Who has no OpenTelemetry does not install it.',
  },
  yjs: { only: ['yjs'], why: 'Who has no documents of Yjs does not install it.' },
  lib0: { only: ['yjs'], why: 'It is how Yjs writes numbers and texts, and nobody else has to.' },
  cookie: { only: ['uws'], why: 'Only the upgrade request has cookies.' },
  'proxy-addr': { only: ['uws'], why: 'Only the upgrade request has a remote address to resolve.' },
}

const inLib = (names) => `^lib/(${names.join('|')})/`
const names = Object.keys(folders)

const arrows = Object.entries(folders).flatMap(([folder, { may, types = [], files = [], why }]) => {
  const allowed = [folder, ...may]
  const inFiles = files.map((file) => `^lib/${file}$`)
  const rule = (suffix, allowedNames, dependencyTypes) => ({
    name: `arrows-of-${folder}${suffix}`,
    severity: 'error',
    comment: `${why} It may import ${allowedNames.slice(1).join(', ') || 'nothing'}.`,
    from: { path: inLib([folder]) },
    to: { path: '^lib/', pathNot: [inLib(allowedNames), ...inFiles], ...dependencyTypes },
  })
  return [
    rule('', allowed, { dependencyTypesNot: ['type-only'] }),
    rule('-types', [...allowed, ...types], { dependencyTypes: ['type-only'] }),
  ]
})

const owners = Object.entries(soleImporters).map(([name, { only, why }]) => ({
  name: `only-importer-of-${name.toLowerCase()}`,
  severity: 'error',
  comment: `${why} Only ${only.join(', ')} imports it.`,
  from: { path: '^lib/', pathNot: inLib(only) },
  to: { path: `(^|/)node_modules/${name.replaceAll('.', '\\.')}(/|$)` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...arrows,
    ...owners,
    {
      name: 'every-folder-has-a-row',
      severity: 'error',
      comment: 'A new folder starts with its row in this file: its arrows, and why.',
      from: { path: '^lib/[^/]+/', pathNot: inLib(names) },
      to: {},
    },
    {
      name: 'document-rooms-stand-alone',
      severity: 'error',
      comment: 'Only documents/app/ knows that there are apps; the rest works over any socket.',
      from: { path: '^lib/documents/', pathNot: '^lib/documents/(app/|index\\.ts$)' },
      to: { path: '^lib/(decorators|runtime|routing|di|documents/app)/' },
    },
    {
      name: 'runtime-has-no-third-party',
      severity: 'error',
      comment: 'What runs per message is ours to read and to measure.',
      from: { path: inLib(['runtime']) },
      to: { path: 'node_modules' },
    },
    {
      name: 'index-is-imported-by-nobody',
      severity: 'error',
      comment: 'index.ts is the public surface; inside, a file imports the file it means.',
      from: { path: '^lib/' },
      to: { path: '^lib/index\\.ts$' },
    },
    {
      name: 'app-is-imported-by-index-only',
      severity: 'error',
      comment: 'app.ts wires everything, so whoever imports it imports everything.',
      from: { path: '^lib/', pathNot: '^lib/(index\\.ts$|testing/)' },
      to: { path: '^lib/app\\.ts$' },
    },
    {
      name: 'lib-stands-alone',
      severity: 'error',
      comment: 'What ships does not lean on tests, samples, benchmarks or tooling.',
      from: { path: '^lib/' },
      to: { pathNot: '^lib/|node_modules', dependencyTypesNot: ['core'] },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      comment: 'What lib/ imports is a dependency or a peer, or users do not have it.',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['npm-peer', 'type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or three.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file nobody imports is dead, or a forgotten export of index.ts.',
      from: {
        orphan: true,
        pathNot: '^lib/((client|jwt|msgpack|react|yjs)/)?(documents/)?index\\.ts$',
      },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that cannot be resolved is a typing error or a missing dependency.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Type imports are arrows too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.d.ts', '.mts', '.d.mts', '.js', '.mjs'],
    },
  },
}
