import { describe, expect, it } from '@jest/globals'
import { compileOriginCheck } from '../../../lib/uws/check-origin.js'

describe('compileOriginCheck', () => {
  it.each([
    ['http://example.com', 'example.com'],
    ['http://example.com', 'EXAMPLE.com'],
    ['HTTP://Example.COM', 'example.com'],
    ['http://example.com', 'example.com:80'],
    ['https://example.com', 'example.com:443'],
    ['https://example.com', 'example.com'],
    ['http://example.com:8080', 'example.com:8080'],
    ['https://example.com:8443', 'example.com:8443'],
    ['http://127.0.0.1:3000', '127.0.0.1:3000'],
    ['http://[::1]:3000', '[::1]:3000'],
    ['http://localhost', 'localhost'],
    // A proxy that ends TLS and keeps the Host header.
    ['https://chat.example.com', 'chat.example.com'],
  ])('lets %s into %s by default', (origin, host) => {
    expect(compileOriginCheck(undefined)(origin, host)).toBe(true)
  })

  it.each([
    ['http://evil.example', 'example.com'],
    ['http://example.com.evil.example', 'example.com'],
    ['http://sub.example.com', 'example.com'],
    ['http://example.com', 'sub.example.com'],
    ['http://example.com:8080', 'example.com'],
    ['http://example.com', 'example.com:8080'],
    ['https://example.com:8443', 'example.com:443'],
    ['http://evil.example/example.com', 'example.com'],
    ['http://example.com@evil.example', 'example.com'],
    ['null', 'example.com'],
    ['null', ''],
    ['null', 'null'],
    ['', ''],
    ['file://', ''],
    ['data:text/html,hi', ''],
    ['example.com', 'example.com'],
    ['//example.com', 'example.com'],
    ['chrome-extension://example', 'example'],
    ['http://example.com, http://evil.example', 'example.com'],
  ])('keeps "%s" out of "%s" by default', (origin, host) => {
    expect(compileOriginCheck(undefined)(origin, host)).toBe(false)
  })

  it.each([
    ['https://app.example', true],
    ['HTTPS://APP.example', true],
    ['https://app.example:8443', false],
    ['http://app.example', false],
    ['https://app.example.evil.example', false],
    ['https://server.example', false],
    ['null', false],
    ['', false],
  ])('with a list answers for "%s": %s', (origin, isAllowed) => {
    const check = compileOriginCheck(['https://App.example', 'https://other.example'])
    expect(check(origin, 'server.example')).toBe(isAllowed)
  })

  it('lets the origin null in only when the list names it', () => {
    expect(compileOriginCheck(['null'])('null', 'example.com')).toBe(true)
  })

  it.each([[undefined], [['https://app.example']], ['*' as const], [[]]])(
    'lets a request without Origin in with %j',
    (origins) => {
      expect(compileOriginCheck(origins)(undefined, 'example.com')).toBe(true)
    },
  )

  it.each(['http://evil.example', 'null', '', 'no origin'])('lets "%s" in with "*"', (origin) => {
    expect(compileOriginCheck('*')(origin, 'example.com')).toBe(true)
  })
})
