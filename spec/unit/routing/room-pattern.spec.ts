import { describe, expect, it } from '@jest/globals'
import { parsePattern } from '../../../lib/routing/pattern.js'
import { compileRoomMatcher, compileRoomName } from '../../../lib/routing/room-pattern.js'

describe('compileRoomName', () => {
  it.each([
    ['/lobby', {}, '/lobby'],
    ['/lobby', { room: 'x' }, '/lobby'],
    ['/chat/:room', { room: 'general' }, '/chat/general'],
    ['/chat/:room/log', { room: 'a b' }, '/chat/a b/log'],
    ['/chat/:room', { room: '%2F%zz' }, '/chat/%2F%zz'],
    ['/files/*path', { path: 'a' }, '/files/a'],
    ['/files/*path', { path: 'a/b%20c' }, '/files/a/b%20c'],
    ['/files/*path', { path: '/a/' }, '/files//a/'],
    ['/users{/:id}', { id: '7' }, '/users/7'],
    ['/users{/:id}', {}, '/users'],
    ['/:a-:b', { a: '1', b: '2' }, '/1-2'],
  ])('fills %s with %j: %s', (source, raw, name) => {
    expect(compileRoomName(parsePattern(source))(raw as Record<string, string>)).toBe(name)
  })

  it('throws when a value is missing', () => {
    const fill = compileRoomName(parsePattern('/chat/:room'))
    expect(() => fill({})).toThrow('Missing parameters: room')
  })
})

describe('compileRoomMatcher', () => {
  it.each([
    ['/chat/:room', '/chat/general', { room: 'general' }],
    ['/chat/:room', '/chat/a%20b', { room: 'a b' }],
    ['/chat/:room', '/chat/50%', { room: '50%' }],
    ['/chat/:room', '/chat', undefined],
    ['/chat/:room', 'xchat/general', undefined],
    ['/lobby', 'lobby', undefined],
    ['/lobby', '/lobby', {}],
    ['/*all', '/any/where', { all: 'any/where' }],
  ])('asks %s about the room %s: %j', (source, room, params) => {
    expect(compileRoomMatcher(parsePattern(source))(room)).toEqual(params)
  })
})
