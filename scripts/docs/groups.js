// The pages of docs/, as the navigation of the site has them. Each page has to be in one group.
export const GROUPS = {
  'The basics': [
    'decorators',
    'rooms',
    'middleware',
    'validation',
    'errors',
    'dependency-injection',
    'options',
    'testing',
    'coming-from',
    'from-nest',
    'from-socket-io',
    'from-wooks',
    'from-colyseus',
    'from-phoenix',
  ],
  Browsers: [
    'client',
    'channels',
    'react',
    'presence',
    'recovery',
    'streaming',
    'msgpack',
    'documents',
    'yjs',
    'storage',
  ],
  'In production': [
    'authentication',
    'security',
    'delivery',
    'lifecycle',
    'observability',
    'deployment',
    'scaling',
    'cli',
    'inspector',
    'asyncapi',
    'performance',
  ],
  Samples: [
    '01-echo',
    '02-chat',
    '03-validation-and-guards',
    '04-injection-and-transport',
    '05-auth',
    '06-cursors',
    '07-cluster',
    '08-whiteboard',
    '09-text',
  ],
  'The project': ['protocol', 'architecture', 'contributing', 'CHANGELOG'],
}

const places = Object.entries(GROUPS).flatMap(([group, pages]) =>
  pages.map((page) => /** @type {const} */ ([page, group])),
)

/** The group of a page. @throws Error when it is in none */
export function groupOf(page) {
  const place = places.find(([name]) => name === page)
  if (!place) throw new Error(`${page} has no place in scripts/docs/groups.js`)
  return place[1]
}

/** The place of a page among all. */
export const orderOf = (page) => places.findIndex(([name]) => name === page)
