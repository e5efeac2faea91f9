import { describe, expect, it } from '@jest/globals'
import { defineChannel } from 'enfilade'
import { fillPath } from 'enfilade/client'

describe('defineChannel', () => {
  it('keeps the path, and cannot be changed', () => {
    const chat = defineChannel('/chat/:room')<object>()
    expect(chat).toEqual({ path: '/chat/:room' })
    expect(Object.isFrozen(chat)).toBe(true)
  })

  it.each(['chat', '', 1, undefined])('refuses %j as a path', (path) => {
    expect(() => defineChannel(path as string)).toThrow(/is no path: start it with "\/"/)
  })
})

describe('fillPath', () => {
  it.each([
    ['/chat', {}, '/chat'],
    ['/chat/:room', { room: 'general' }, '/chat/general'],
    ['/chat/:room', { room: 'a/b c?#%ü' }, '/chat/a%2Fb%20c%3F%23%25%C3%BC'],
    ['/:a/:b', { a: '1', b: '2' }, '/1/2'],
    ['/v:major.:minor', { major: '1', minor: '2' }, '/v1.2'],
    ['/:"first name"', { 'first name': 'ann' }, '/ann'],
    ['/files/*path', { path: 'a/b c/d' }, '/files/a/b%20c/d'],
    ['/users{/:id}', {}, '/users'],
    ['/users{/:id}', { id: '7' }, '/users/7'],
    ['/a{/:b{/:c}}', { b: '1' }, '/a/1'],
    ['/a{/:b{/:c}}', { b: '1', c: '2' }, '/a/1/2'],
    ['/a{/:b{/:c}}', { c: '2' }, '/a'],
    ['/a\\:b', {}, '/a:b'],
    ['/größe/:größe', { größe: 'xl' }, '/größe/xl'],
  ])('%s with %j is %s', (pattern, params, path) => {
    expect(fillPath(pattern, params)).toBe(path)
  })

  it.each([
    ['/chat/:room', {}],
    ['/chat/:room', { room: '' }],
    ['/chat/:room', { room: 7 as never }],
    ['/files/*path', {}],
    ['/:toString', {}],
  ])('%s with %j lacks a parameter', (pattern, params) => {
    expect(() => fillPath(pattern, params)).toThrow(/needs a text for "\w+"/)
  })
})
