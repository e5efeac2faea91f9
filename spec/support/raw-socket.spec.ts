import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { WebSocketServer, type WebSocket } from 'ws'
import { createCertificate } from './certificate.js'
import { opcodes } from './raw-frames.js'
import { RawSocket } from './raw-socket.js'
import { acceptFor } from './raw-upgrade.js'

let server: WebSocketServer
let port: number
let peers: WebSocket[]

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  peers = []
  server.on('connection', (peer) => {
    peers.push(peer)
    peer.on('error', () => undefined)
    peer.on('message', (data) => peer.send(data as Buffer, { binary: false }))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  port = (server.address() as AddressInfo).port
})

afterEach(() => {
  for (const peer of peers) peer.terminate()
  server.close()
})

describe('RawSocket', () => {
  it('upgrades and exchanges text', async () => {
    const key = 'dGhlIHNhbXBsZSBub25jZQ=='
    const headers = { 'Sec-WebSocket-Key': key }
    const socket = await RawSocket.open(port, { path: '/a?b', headers })
    expect(socket.http.status).toBe(101)
    expect(socket.http.headers['sec-websocket-accept']).toBe(acceptFor(key))
    socket.sendText('hello')
    socket.sendFrame({ payload: 'in ', fin: false })
    socket.sendFrame({ payload: 'pieces', opcode: opcodes.continuation })
    expect([await socket.nextText(), await socket.nextText()]).toEqual(['hello', 'in pieces'])
    socket.destroy()
    expect(await socket.closed).toEqual({ code: 1006, reason: '', clean: false })
  })

  it('reads a refusal with its body', async () => {
    const socket = await RawSocket.open(port, { omitHeaders: ['sec-websocket-key'] })
    expect(socket.http).toMatchObject({ status: 400, statusText: 'Bad Request' })
    expect(socket.http.body).toMatch(/Sec-WebSocket-Key/)
  })

  it('sends the method, version and repeated headers it is given', async () => {
    const twice = { headers: { upgrade: ['websocket', 'websocket'] } }
    expect((await RawSocket.open(port, twice)).http.status).toBe(400)
    expect((await RawSocket.open(port, { method: 'POST' })).http.status).toBe(405)
    const keyless = { headers: { 'sec-websocket-key': false } } as const
    expect((await RawSocket.open(port, keyless)).http.status).toBe(400)
  })

  it('reports a close frame, and 1006 where there is none', async () => {
    const told = await RawSocket.open(port)
    const dropped = await RawSocket.open(port)
    peers[0]?.close(4403, 'no')
    peers[1]?.terminate()
    expect(await told.closed).toEqual({ code: 4403, reason: 'no', clean: true })
    expect(await dropped.closed).toEqual({ code: 1006, reason: '', clean: false })
    expect((await told.nextFrame()).opcode).toBe(opcodes.close)
    await expect(told.nextFrame()).rejects.toThrow('The connection is over')
  })

  it('gets closed for a frame that breaks the protocol', async () => {
    const socket = await RawSocket.open(port)
    socket.sendFrame({ payload: 'x', masked: false })
    expect(await socket.closed).toMatchObject({ code: 1002, clean: true })
  })

  it('answers pings unless told otherwise', async () => {
    const socket = await RawSocket.open(port)
    const pong = new Promise((resolve) => peers[0]?.once('pong', resolve))
    peers[0]?.ping('?')
    expect((await socket.nextFrame()).opcode).toBe(opcodes.ping)
    expect(String(await pong)).toBe('?')
    socket.destroy()
  })

  it('stops reading while paused', async () => {
    const socket = await RawSocket.open(port)
    socket.pause()
    const [peer] = peers
    const big = 'x'.repeat(1 << 20)
    for (let sent = 0; sent < 16; sent++) peer?.send(big)
    socket.sendText('still there')
    await new Promise((resolve) => peer?.once('message', resolve))
    expect(peer?.bufferedAmount).toBeGreaterThan(0)
    socket.resume()
    for (let got = 0; got < 16; got++) expect((await socket.nextText()).length).toBe(1 << 20)
    socket.destroy()
  })

  it('sends half a request, then ends or drops the connection', async () => {
    const ending = await RawSocket.connect(port)
    ending.sendBytes('GET / HTTP/1.1\r\n')
    ending.end()
    expect(await ending.response).toMatchObject({ status: 400 })
    const dropping = await RawSocket.connect(port)
    dropping.destroy()
    expect(await dropping.response).toBeUndefined()
  })

  it('speaks TLS with a certificate made on the spot', async () => {
    const certificate = await createCertificate()
    const { cert, key } = certificate
    const secure: Server = createServer({ cert, key }, (_request, response) => response.end('hi'))
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const { port: securePort } = secure.address() as AddressInfo
    const socket = await RawSocket.open(securePort, { tls: true, omitHeaders: ['upgrade'] })
    expect(socket.http.body).toContain('hi')
    socket.destroy()
    secure.close()
    await certificate.remove()
  })
})
