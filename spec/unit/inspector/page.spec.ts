import { describe, expect, it } from '@jest/globals'
import { paramsOf } from '../../../lib/inspector/page/route-path.js'
import { hintOf } from '../../../lib/inspector/page/schema-hint.js'

describe('the page of the inspector', () => {
  it.each([
    ['/chat', []],
    ['/chat/:room', ['room']],
    ['/chat/:room{/threads/:thread}', ['room', 'thread?']],
    ['/files/*path', ['path']],
    ['/:"a b"/\\:no', ['a b']],
    ['/a{/:b{/:c}}/:d', ['b?', 'c?', 'd']],
  ])('knows the parameters of %s', (pattern, names) => {
    const said = paramsOf(pattern).map(({ name, isNeeded }) => (isNeeded ? name : `${name}?`))
    expect(said).toEqual(names)
  })

  it.each([
    [{}, ''],
    [{ type: 'string' }, 'string'],
    [{ type: 'string', minLength: 1, maxLength: 200 }, 'string, 1 to 200 characters'],
    [{ type: 'string', maxLength: 20, format: 'email' }, 'string, email, up to 20 characters'],
    [{ type: 'integer', minimum: 0 }, 'integer, from 0'],
    [{ type: 'string', pattern: '^a' }, 'string, like ^a'],
    [{ type: 'array', items: { type: 'number' } }, 'list of number, as JSON'],
    [{ type: 'string', enum: ['a', 'b'] }, ''],
    [{ type: 'object', properties: {} }, ''],
  ])('says of %j: %s', (schema, hint) => {
    expect(hintOf(schema)).toBe(hint)
  })
})
