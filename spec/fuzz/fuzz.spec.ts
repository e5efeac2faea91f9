import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { WebSocketServer, type WebSocket } from 'ws'
import { nextFrames } from './frame-mutations.js'
import { chatMessages, fuzzFrames } from './frames.js'
import { Random } from './random.js'
import { nextUpgrade } from './upgrade-mutations.js'
import { fuzzUpgrades } from './upgrades.js'

type Answer = (socket: WebSocket, message: { id?: unknown; data?: unknown }) => void

let server: WebSocketServer
let port: number
let answer: Answer

/** Echoes flat data, as the witness sends it; data nested deeply would overflow the stack. */
const echo: Answer = (socket, { id, data }) => {
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return
  const { n, text } = (data ?? {}) as Record<string, unknown>
  const isFlat = typeof n === 'number' && typeof text === 'string'
  socket.send(JSON.stringify({ id, data: isFlat ? data : null }))
}

function parse(text: string): { id?: unknown; data?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { id?: unknown }
  } catch {
    return {}
  }
}

beforeEach(async () => {
  answer = echo
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 65_536 })
  server.on('connection', (socket) => {
    socket.on('error', () => undefined)
    socket.on('message', (text) => answer(socket, parse((text as Buffer).toString())))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  port = (server.address() as AddressInfo).port
})

afterEach(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

describe('the generators', () => {
  it('make the same from the same seed, and something else from another', () => {
    const make = (seed: number) => {
      const source = { random: new Random(seed), messages: chatMessages, nextId: () => 'v' }
      return Array.from({ length: 2000 }, () => nextFrames(source))
    }
    expect(make(1)).toEqual(make(1))
    expect(make(1)).not.toEqual(make(2))
    expect(new Set(make(1).map(({ kind }) => kind)).size).toBeGreaterThan(40)
  })

  it('make every kind of upgrade', () => {
    const source = { random: new Random(1), port: 1, path: '/' }
    const kinds = Array.from({ length: 2000 }, () => nextUpgrade(source).kind)
    expect(new Set(kinds).size).toBe(25)
  })
})

describe('fuzzFrames', () => {
  it('reads much of what it sent, closes and reconnects, and serves the witness', async () => {
    const result = await fuzzFrames(port, {
      count: 4000,
      seed: 1,
      connections: 8,
      witnessEvery: 500,
    })
    expect(result.sent).toBeGreaterThanOrEqual(4000)
    expect(result.confirmed).toBeGreaterThan(result.sent / 2)
    expect(result.replies).toBeGreaterThan(500)
    expect(result.witnessed).toBeGreaterThanOrEqual(7)
    expect(result.reconnects).toBeGreaterThan(10)
    expect(Object.keys(result.closes)).toEqual(expect.arrayContaining(['1002', '1007', '1009']))
  })

  it.each<[finding: string, wrong: Answer]>([
    ['A second reply', (socket, message) => [echo(socket, message), echo(socket, message)]],
    ['neither reply nor push', (socket) => socket.send('{"oops":true}')],
    ['not valid JSON', (socket) => socket.send('oops')],
    ['must not send', (socket) => socket.send('binary', { binary: true })],
    ['strictly', (socket, { id }) => socket.send(JSON.stringify({ id: id ?? 0, data: 'wrong' }))],
  ])('finds: %s', async (finding, wrong) => {
    answer = wrong
    const run = fuzzFrames(port, { count: 500, seed: 7, connections: 2, witnessEvery: 50 })
    const error = await run.catch((reason: unknown) => String(reason))
    expect(error).toContain('FUZZ_SEED=7')
    expect(error).toContain(finding)
  })

  it('finds that the server is gone', async () => {
    let messages = 0
    answer = (socket, message) => {
      echo(socket, message)
      if (++messages === 100) server.close(() => undefined)
      if (messages === 100) for (const client of server.clients) client.terminate()
    }
    const run = fuzzFrames(port, { count: 2000, seed: 3, connections: 2 })
    await expect(run).rejects.toThrow(/Fuzzing failed after \d+ frames/)
  })
})

describe('fuzzUpgrades', () => {
  it('answers or ends every request, and serves the witness', async () => {
    const result = await fuzzUpgrades(port, { count: 500, seed: 1 })
    expect(result.sent).toBeGreaterThanOrEqual(500)
    expect(Object.keys(result.correct)).toEqual(['101'])
    expect(Object.keys(result.statuses)).toEqual(expect.arrayContaining(['400', '405', 'none']))
    expect(result.witnessed).toBeGreaterThanOrEqual(10)
  })

  it('finds a witness that is not served', async () => {
    answer = (socket, { id }) => socket.send(JSON.stringify({ id: id ?? 0, data: 'wrong' }))
    const run = fuzzUpgrades(port, { count: 200, seed: 9 })
    await expect(run).rejects.toThrow(/Fuzzing failed after \d+ upgrades.*FUZZ_SEED=9/s)
  })
})
