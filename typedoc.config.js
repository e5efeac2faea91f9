// `npm run docs`: a site of docs/ and of what the code says of itself, in build/docs.
import { ENTRIES } from './scripts/docs/entries.js'
import { GROUPS } from './scripts/docs/groups.js'
import { NOT_EXPORTED } from './scripts/docs/not-exported.js'
import { load, nameHeadings } from './scripts/docs/plugin.js'

export default {
  name: 'Enfilade',
  entryPoints: Object.values(ENTRIES),
  tsconfig: 'tsconfig.build.json',
  projectDocuments: ['docs/*.md', 'samples/*/README.md', 'CHANGELOG.md'],
  out: 'build/docs',
  plugin: [load],
  markdownItLoader: nameHeadings,
  customCss: 'scripts/docs/style.css',
  excludeInternal: true,
  excludePrivate: true,
  intentionallyNotExported: NOT_EXPORTED,
  treatWarningsAsErrors: true,
  // Where the code will be found is up to whoever publishes it.
  disableSources: true,
  searchInComments: true,
  searchInDocuments: true,
  // Who searches wants to be told first, and looks things up then.
  searchGroupBoosts: Object.fromEntries(Object.keys(GROUPS).map((group) => [group, 30])),
  groupOrder: [...Object.keys(GROUPS), 'Modules', '*'],
  navigation: { includeGroups: true },
  highlightLanguages: [
    ...[
      'bash',
      'console',
      'css',
      'docker',
      'elixir',
      'html',
      'http',
      'ini',
      'javascript',
      'json',
      'nginx',
    ],
    ...['sh', 'tsx', 'typescript', 'yaml'],
  ],
}
