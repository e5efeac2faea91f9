import { describe, expect, it } from '@jest/globals'
import { parseScenario, readTarget } from '../../../benchmarks/scenarios/own-scenario.js'
import { variant } from '../../../benchmarks/scenarios/scenario.js'

const message = { event: 'say', path: '/chat/general', data: { text: 'hello' } }

describe('a scenario of one’s own', () => {
  it('needs no more than a message', () => {
    expect(parseScenario(JSON.stringify({ message }), 'own.json')).toEqual({
      name: 'own.json',
      wire: 'json',
      message,
      ...{ variants: 1, senders: 1, depth: 16, members: 0 },
    })
  })

  it('may have senders that share a room, at a rate', () => {
    const shared = { message, members: 100, senders: 10, shared: true, rate: 50 }
    expect(parseScenario(JSON.stringify(shared), 'own.json')).toMatchObject(shared)
  })

  it.each([
    ['{', 'own.json is not JSON'],
    ['null', 'own.json: it must hold an object'],
    ['{}', 'own.json: message must be { event, path, data? }'],
    [
      JSON.stringify({ message, join: { event: 'join' } }),
      'own.json: join must be { event, path, data? }',
    ],
    [JSON.stringify({ message, depth: 0 }), 'own.json: depth must be an integer from 1'],
    [JSON.stringify({ message, members: 1.5 }), 'own.json: members must be an integer from 0'],
    [
      JSON.stringify({ message, wire: 'xml' }),
      'own.json: wire must be one of json, msgpack, socket.io, nest',
    ],
    [JSON.stringify({ message, members: 2, shared: 1 }), 'own.json: shared must be true or false'],
    [JSON.stringify({ message, shared: true }), 'own.json: shared needs members'],
    [
      JSON.stringify({ message, members: 2, presence: true }),
      'own.json: presence is for the scenarios of the harness',
    ],
    [JSON.stringify({ message, members: 2, rate: 10 }), 'own.json: rate needs shared'],
    [
      JSON.stringify({ message, members: 2, shared: true, rate: 0 }),
      'own.json: rate must be an integer from 1',
    ],
  ])('%s is refused', (text, expected) => {
    expect(() => parseScenario(text, 'own.json')).toThrow(expected)
  })
})

describe('the address of an app of one’s own', () => {
  it.each([
    ['ws://127.0.0.1:3000', { host: '127.0.0.1', port: 3000 }],
    ['ws://app.test/', { host: 'app.test', port: 80 }],
    ['ws://app.test:81/ws?a=1', { host: 'app.test', port: 81, path: '/ws?a=1' }],
  ])('%s is understood', (address, expected) => {
    expect(readTarget(address, 'json')).toEqual({ ...expected, wire: 'json' })
  })

  it('may not be of TLS', () => {
    expect(() => readTarget('wss://app.test', 'json')).toThrow('only ws:// can be measured')
  })
})

it('a variant has its number and its sender in event and path', () => {
  const template = { event: 'echo-{n}', path: '/room/{g}-{n}', data: '{n}' }
  expect(variant(template, 7, 2)).toEqual({ event: 'echo-7', path: '/room/2-7', data: '{n}' })
})
