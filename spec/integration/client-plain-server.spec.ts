import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  createWsApp,
  useRouteParams,
  useWsConnection,
  useWsMessage,
  useWsRooms,
  WsError,
} from '@wooksjs/event-ws'
import { WebSocketServer, type WebSocket } from 'ws'
import { Inbox } from '../support/inbox.js'
import { openClient, reasonOf } from '../support/open-client.js'

describe("against wooks' own server, the client", () => {
  let url = ''
  let app: ReturnType<typeof createWsApp>

  // One for all: a second app of this process would share the routes of the first.
  beforeAll(async () => {
    app = createWsApp()
    app.onMessage('join', '/chat/:room', () => {
      useWsRooms().join()
      return { welcome: useRouteParams<{ room: string }>().get('room') }
    })
    app.onMessage('say', '/chat/:room', () => {
      const { data } = useWsMessage<{ text: string }>()
      if (typeof data.text !== 'string') throw new WsError(400, 'Text, please')
      useWsRooms().broadcast('said', data)
      return { heard: data.text }
    })
    app.onMessage('subscribe', '/news', () => {
      useWsRooms().join('/news')
      return null
    })
    app.onMessage('drop', '/', () => {
      useWsConnection().close(1012, 'on request')
    })
    await app.listen(0, '127.0.0.1')
    url = `ws://127.0.0.1:${(app.getServer()?.address() as AddressInfo).port}`
  })
  afterAll(() => {
    app.close()
    app.getServer()?.close()
  })

  it('calls, gets errors with their code, and hears a room', async () => {
    const { client: ann } = openClient(url)
    const room = openClient(url).client.room('/chat/general')
    const heard = new Inbox<unknown>('a push')
    room.on('said', (data, { path, params }) => heard.push([data, path, params]))
    expect(await room.join()).toEqual({ welcome: 'general' })
    expect(await ann.call('say', '/chat/general', { text: 'hi' })).toEqual({ heard: 'hi' })
    expect(await heard.next()).toEqual([{ text: 'hi' }, '/chat/general', { room: 'general' }])
    const failed = reasonOf(ann.call('say', '/chat/general', {}))
    expect(await failed).toMatchObject({ code: 400, message: 'Text, please' })
    expect(await reasonOf(ann.call('shout', '/chat/general'))).toMatchObject({ code: 404 })
  })

  it('enters its rooms again after a loss, and subscribes again', async () => {
    const { client, become } = openClient(url)
    const room = client.room('/chat/general')
    const gaps = new Inbox<unknown>('a gap')
    room.onGap((gap) => gaps.push(gap))
    await become('open')
    await room.join()
    await client.subscribe('/news')
    client.send('drop', '/')
    expect(await become('reconnecting')).toMatchObject({ code: 1012 })
    expect(await gaps.next()).toEqual({ reply: { welcome: 'general' } })
    await become('open')
  })
})

describe.each([
  ['chooses no subprotocol', () => false as const],
  ['chooses whatever is offered first', undefined],
])('a server that %s', (_name, handleProtocols) => {
  it('gets no message that starts with $, whatever happens', async () => {
    const server = new WebSocketServer({
      ...{ port: 0, host: '127.0.0.1' },
      ...(handleProtocols && { handleProtocols }),
    })
    await once(server, 'listening')
    const received = new Inbox<{ event: string; id?: number }>('a message')
    const sockets: WebSocket[] = []
    server.on('connection', (socket) => {
      sockets.push(socket)
      socket.on('message', (bytes: Buffer) => {
        const message = JSON.parse(bytes.toString()) as { event: string; id?: number }
        received.push(message)
        if (message.id !== undefined) socket.send(JSON.stringify({ id: message.id, data: 'ok' }))
      })
    })
    try {
      const { client, become } = openClient(
        `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
        { pingInterval: 1 },
      )
      await become('open')
      await client.room('/chat/a', { presence: 'here' }).join()
      // The last one: the first may be the one that the client had to refuse.
      sockets.at(-1)?.close(1012)
      await become('reconnecting')
      await become('open')
      expect(await client.call('last', '/')).toBe('ok')
      expect(received.all.map(({ event }) => event)).toEqual(['join', 'join', 'last'])
    } finally {
      server.close()
      for (const socket of sockets) socket.terminate()
    }
  })
})
