import { describe, expect, it } from '@jest/globals'
import { parsePattern } from '../../../lib/routing/pattern.js'
import { RouteTable } from '../../../lib/routing/route-table.js'

function tableOf(...routes: (readonly [event: string, path: string])[]): RouteTable<string> {
  const table = new RouteTable<string>()
  for (const [event, path] of routes) table.add(event, parsePattern(path), `${event} ${path}`)
  return table
}

describe('RouteTable', () => {
  it('matches by event and path', () => {
    const table = tableOf(['say', '/chat/:room'], ['join', '/chat/:room'], ['say', '/lobby'])
    expect(table.match('join', '/chat/x')).toMatchObject({ route: 'join /chat/:room' })
    expect(table.match('say', '/lobby')).toMatchObject({ route: 'say /lobby' })
    expect(table.match('join', '/lobby')).toBeUndefined()
    expect(table.match('leave', '/chat/x')).toBeUndefined()
  })

  it.each(['constructor', '__proto__', 'toString'])('has no event %s of its own', (event) => {
    expect(tableOf(['say', '/']).match(event, '/')).toBeUndefined()
  })

  it('gives parameters decoded and as they stand in the path', () => {
    const match = tableOf(['say', '/:room/*rest']).match('say', '/caf%C3%A9/a%2Fb/c')
    expect(match?.params).toEqual({ room: 'café', rest: 'a/b/c' })
    expect(match?.raw).toEqual({ room: 'caf%C3%A9', rest: 'a%2Fb/c' })
  })

  it.each(['/%', '/%zz', '/%C3', '/a%'])('gives no parameters for %s', (path) => {
    const match = tableOf(['say', '/:room']).match('say', path)
    expect(match).toMatchObject({ route: 'say /:room', params: undefined })
  })

  it('takes a static path with a percent sign as it stands', () => {
    expect(tableOf(['say', '/100%']).match('say', '/100%')).toMatchObject({ params: {} })
  })

  it('returns the route that has the place already', () => {
    const table = tableOf(['say', '/a/:x'])
    expect(table.add('say', parsePattern('/a/:y'), 'second')).toBe('say /a/:x')
    expect(table.add('join', parsePattern('/a/:y'), 'second')).toBeUndefined()
  })

  it.each([
    ['/a', '/a', '/a'],
    ['/a{/:id}', '/a', '/a'],
    ['/a', '/a{/:id}', '/a'],
    ['/a{/b}{/:id}', '/a{/:name}', '/a'],
    ['/a/:id', '/a{/:name}', '/a/x'],
  ])('of %s and %s the first keeps what they share, and the second gets nothing', (...row) => {
    const [first, second, shared] = row
    const table = tableOf(['say', first])
    expect(table.add('say', parsePattern(second), 'second')).toBe(`say ${first}`)
    expect(table.match('say', shared)?.route).toBe(`say ${first}`)
    const routes = ['/a', '/a/x', '/a/b', '/a/b/c'].map((path) => table.match('say', path)?.route)
    expect(routes).not.toContain('second')
  })

  it('finds each of 1,000 routes, and no other', () => {
    type Example = readonly [pattern: string, path: (n: number) => string, params: object]
    const kinds = [
      (n: number): Example => [`/static/${n}/end`, (at) => `/static/${at}/end`, {}],
      (n: number): Example => [`/param/${n}/:id`, (at) => `/param/${at}/x`, { id: 'x' }],
      (n: number): Example => [`/:a/${n}/:b`, (at) => `/1/${at}/2`, { a: '1', b: '2' }],
      (n: number): Example => [`/wild/${n}/*rest`, (at) => `/wild/${at}/p/q`, { rest: 'p/q' }],
      (n: number): Example => [`/maybe/${n}{/:id}`, (at) => `/maybe/${at}`, {}],
      (n: number): Example => [`/mix/r${n}-:id.json`, (at) => `/mix/r${at}-7.json`, { id: '7' }],
    ]
    const routes = Array.from({ length: 1000 }, (_, n) => kinds[n % kinds.length]!(n))
    const table = tableOf(...routes.map(([pattern]) => ['say', pattern] as const))
    for (const [n, [pattern, pathOf, params]] of routes.entries()) {
      const path = pathOf(n)
      expect(table.match('say', path)).toEqual({ route: `say ${pattern}`, params, raw: params })
      expect(table.match('say', pathOf(n + 1000))).toBeUndefined()
      expect(table.match('other', path)).toBeUndefined()
    }
  })
})

describe('suggest', () => {
  const table = tableOf(['say', '/chat/:room'], ['say', '/lobby'], ['rename', '/title'])

  it.each([
    ['sya', '/chat/general', 'did you mean event "say"?'],
    // Only events of that path, when it has any.
    ['renam', '/lobby', undefined],
    ['renam', '/nowhere', 'did you mean event "rename"?'],
    ['say', '/lobbi', 'did you mean path "/lobby"?'],
    ['say', '/chats/:room', 'did you mean path "/chat/:room"?'],
    ['quite different', '/x', undefined],
    ['say', `/${'x'.repeat(200)}`, undefined],
  ])('answers %s on %s with %s', (event, path, words) => {
    expect(table.suggest(event, path)).toBe(words)
  })

  it('has nothing to say when there are no routes', () => {
    expect(new RouteTable().suggest('say', '/')).toBeUndefined()
  })
})
