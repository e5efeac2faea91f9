import { describe, expect, it } from '@jest/globals'
import { parsePattern } from '../../../lib/routing/pattern.js'

/** `static`, `:param`, `*wildcard`, and the names of a mixture. */
function shape(source: string): string[] {
  return parsePattern(source).variants.map((segments) =>
    segments
      .map((segment) => {
        if (segment.kind === 'static') return `/${segment.text}`
        if (segment.kind === 'param') return `/:${segment.name}`
        if (segment.kind === 'wildcard') return `/*${segment.name}`
        return `/~${segment.names.join('~')}`
      })
      .join(''),
  )
}

describe('parsePattern', () => {
  it.each([
    ['/', ['/']],
    ['/chat', ['/chat']],
    ['/chat/', ['/chat/']],
    ['/chat/:room', ['/chat/:room']],
    ['/files/*path', ['/files/*path']],
    ['/*all', ['/*all']],
    ['/users{/:id}', ['/users/:id', '/users']],
    ['/a{/:b}{/:c}', ['/a/:b/:c', '/a/:b', '/a/:c', '/a']],
    ['/a{/b{/:c}}', ['/a/b/:c', '/a/b', '/a']],
    ['/:file.:ext', ['/~file~ext']],
    ['/v:major{.:minor}', ['/~major~minor', '/~major']],
    ['/a\\:b', ['/a:b']],
    ['/:"any name"', ['/:any name']],
  ])('reads %s', (source, expected) => {
    expect(shape(source)).toEqual(expected)
  })

  it.each([
    ['chat', 'a path starts with "/"'],
    ['{/:lang}/x', 'a path starts with "/"'],
    ['/:', 'Missing parameter name'],
    ['/a(b)', 'Unexpected ('],
    ['/a?', 'Unexpected ?'],
    ['/{a', 'Unexpected end'],
    ['/:a:b', 'Missing text before "b"'],
    ['/:a/:a', 'the parameter ":a" stands twice'],
    ['/:a{/:a}', 'the parameter ":a" stands twice'],
    ['/*rest/x', 'the wildcard "*rest" must be the last segment, alone'],
    ['/x*rest', 'the wildcard "*rest" must be the last segment, alone'],
    ['/a{/1}{/2}{/3}{/4}{/5}{/6}', '6 optional groups; at most 5'],
    ['/:__proto__', 'a parameter may not be called __proto__'],
    ['/:constructor', 'a parameter may not be called constructor'],
    ['/x{/:toString}', 'a parameter may not be called toString'],
  ])('refuses %s', (source, message) => {
    expect(() => parsePattern(source)).toThrow(message)
  })

  it('tells the names that every variant has from those that some have', () => {
    const { names, required } = parsePattern('/:a{/:b}')
    expect(names).toEqual(['a', 'b'])
    expect(required).toEqual(['a'])
  })
})
