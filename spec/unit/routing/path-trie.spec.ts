import { describe, expect, it } from '@jest/globals'
import { PathTrie } from '../../../lib/routing/path-trie.js'
import { parsePattern } from '../../../lib/routing/pattern.js'

function trieOf(...sources: string[]): PathTrie<string> {
  const trie = new PathTrie<string>()
  for (const source of sources) {
    const taken = trie.add(parsePattern(source), source)
    if (taken !== undefined) throw new Error(`${source} is taken by ${taken}`)
  }
  return trie
}

/** `pattern name=value …`, or `undefined`. */
function matchOf(trie: PathTrie<string>, path: string): string | undefined {
  const match = trie.match(path)
  return (
    match && [match.value, ...match.names.map((name, at) => `${name}=${match.raw[at]}`)].join(' ')
  )
}

describe('PathTrie', () => {
  it.each([
    [['/chat/:room', '/chat/general'], '/chat/general', '/chat/general'],
    [['/chat/*rest', '/chat/:room'], '/chat/x', '/chat/:room room=x'],
    [['/:a', '/v:n'], '/v2', '/v:n n=2'],
    [['/*rest', '/:a/b'], '/x/b', '/:a/b a=x'],
    [['/*rest', '/:a/b'], '/x/c', '/*rest rest=x/c'],
    // A branch that leads nowhere is left again.
    [['/a/b/c', '/:x/b/d'], '/a/b/d', '/:x/b/d x=a'],
    [['/a/:x/c', '/:y/b/*z'], '/a/b/d', '/:y/b/*z y=a z=d'],
    [['/v:n/x', '/:a/y'], '/v1/y', '/:a/y a=v1'],
    [['/:a-:b/x', '/:c/:d/y'], '/1-2/3/y', '/:c/:d/y c=1-2 d=3'],
    [['/users{/:id}'], '/users', '/users{/:id}'],
    [['/users{/:id}'], '/users/7', '/users{/:id} id=7'],
    [['/users{/:id}{/:tab}'], '/users/7', '/users{/:id}{/:tab} id=7'],
    [['/users{/:id}{/:tab}'], '/users/7/posts', '/users{/:id}{/:tab} id=7 tab=posts'],
    [['/files/*path'], '/files/a/b/c', '/files/*path path=a/b/c'],
    [['/files/*path'], '/files//a', '/files/*path path=/a'],
    [['/files/*path'], '/files/a/', '/files/*path path=a/'],
    [['/:file.:ext'], '/a.b.c', '/:file.:ext file=a ext=b.c'],
    [['/'], '/', '/'],
    [['/a/'], '/a/', '/a/'],
  ])('of %j takes for %s: %s', (sources, path, expected) => {
    expect(matchOf(trieOf(...sources), path)).toBe(expected)
    expect(matchOf(trieOf(...sources.toReversed()), path)).toBe(expected)
  })

  it.each([
    ['/chat/:room', '/chat'],
    ['/chat/:room', '/chat/'],
    ['/chat/:room', '/chat/x/'],
    ['/chat/:room', '/chat/x/y'],
    ['/chat/:room', '/Chat/x'],
    ['/chat/:room', '//chat/x'],
    ['/chat', '/chat/'],
    ['/chat', ''],
    ['/chat', 'chat'],
    ['/chat', 'xchat'],
    ['/:a', 'xy'],
    ['/*rest', 'xy'],
    ['/*rest', '/'],
    ['/*rest', ''],
    ['/files/*path', '/files'],
    ['/files/*path', '/files/'],
    ['/users{/:id}', '/users/'],
    ['/', ''],
    ['/', '//'],
  ])('%s does not match %j', (source, path) => {
    expect(matchOf(trieOf(source), path)).toBeUndefined()
  })

  it.each([
    ['/a/:x', '/a/:y'],
    ['/a/*x', '/a/*y'],
    ['/:a-:b', '/:c-:d'],
    ['/a{/:x}', '/a'],
    ['/a/:y', '/a{/:x}'],
    ['/a{/b}', '/a{/c}'],
  ])('says that %s stands where %s would', (first, second) => {
    const trie = trieOf(first)
    expect(trie.add(parsePattern(second), second)).toBe(first)
    expect(matchOf(trie, '/a/q') ?? matchOf(trie, '/a-q') ?? matchOf(trie, '/a')).toContain(first)
  })

  it('puts nothing of a pattern in when a part of it is taken', () => {
    const trie = trieOf('/a')
    expect(trie.add(parsePattern('/a{/:x}'), 'second')).toBe('/a')
    expect(trie.match('/a/1')).toBeUndefined()
  })
})
