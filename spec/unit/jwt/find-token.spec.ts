import { describe, expect, it } from '@jest/globals'
import { findToken } from '../../../lib/jwt/find-token.js'
import type { JwtSource } from '../../../lib/jwt/jwt-options.js'
import { newSecret, requestWith, signToken } from '../../support/jwt.js'

const BOTH: readonly JwtSource[] = ['header', 'subprotocol']

describe('the header Authorization', () => {
  it.each([
    ['Bearer abc.def-_~+/.ghi==', 'abc.def-_~+/.ghi=='],
    ['bearer abc', 'abc'],
    ['BEARER  abc', 'abc'],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer a b', undefined],
    ['Bearer a, Bearer b', undefined],
    ['Basic YTpi', undefined],
    ['abc', undefined],
  ])('%j has the token %j', (authorization, token) => {
    const request = requestWith(undefined, { headers: { authorization } })
    expect(findToken(request, ['header'])).toBe(token)
    expect(findToken(request, ['subprotocol'])).toBeUndefined()
  })
})

describe('the subprotocols', () => {
  it('have a token beside enfilade.v1, at any place', async () => {
    const jwt = await signToken(newSecret())
    for (const subprotocols of [[jwt], ['enfilade.v1', jwt], [jwt, 'enfilade.v1']]) {
      expect(findToken(requestWith(undefined, { subprotocols }), BOTH)).toBe(jwt)
      expect(findToken(requestWith(undefined, { subprotocols }), ['header'])).toBeUndefined()
    }
  })

  it.each([
    [['enfilade.v1', 'bearer.abc'], 'abc'],
    [['bearer.a.b.c'], 'a.b.c'],
    [['enfilade.v1'], undefined],
    [['v4.channel.k8s.io', 'graphql-ws', 'a.b.c'], undefined],
    [['bearer.'], undefined],
  ])('%j have the token %j', (subprotocols, token) => {
    expect(findToken(requestWith(undefined, { subprotocols }), BOTH)).toBe(token)
  })
})

describe('a cookie and a parameter of the query', () => {
  const request = requestWith(undefined, {
    cookies: Object.assign(Object.create(null) as object, { session: 'of-cookie' }),
    query: new URLSearchParams('token=of-query'),
  })

  it('are looked at only when they are named', () => {
    expect(findToken(request, BOTH)).toBeUndefined()
    expect(findToken(request, [{ cookie: 'session' }])).toBe('of-cookie')
    expect(findToken(request, [{ query: 'token' }])).toBe('of-query')
  })

  it('are not taken from what every object has', () => {
    const plain = requestWith(undefined, { cookies: {} })
    expect(findToken(plain, [{ cookie: 'toString' }, { query: 'toString' }])).toBeUndefined()
  })
})

describe('of several tokens', () => {
  const parts = { cookies: { session: 'of-cookie' }, query: new URLSearchParams('token=of-query') }

  it('the first in the order of the sources counts', () => {
    const sources: JwtSource[] = [{ query: 'token' }, { cookie: 'session' }, 'header']
    expect(findToken(requestWith('of-header', parts), sources)).toBe('of-query')
    expect(findToken(requestWith('of-header', parts), sources.reverse())).toBe('of-header')
  })

  it('that of a $token message comes first, unless it is empty', () => {
    expect(findToken(requestWith('of-header', { token: 'of-message' }), BOTH)).toBe('of-message')
    expect(findToken(requestWith('of-header', { token: 'of-message' }), [])).toBe('of-message')
    expect(findToken(requestWith('of-header', { token: '' }), BOTH)).toBe('of-header')
  })
})
