import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startSample, type Sample } from '../support/sample.js'
import { WireClient } from '../support/wire-client.js'

const ROOM = '/chat/general'

describe('the chat sample', () => {
  let sample: Sample
  const connect = () => WireClient.connect(`${sample.url}/ws`)
  beforeAll(async () => {
    sample = await startSample('02-chat')
  })
  afterAll(() => sample.child.stop())

  it('tells the others who joined, what was said, who types and who left', async () => {
    const [ann, ben] = await Promise.all([connect(), connect()])
    const me = await ann.call('join', ROOM, { name: '  Ann ' })
    expect(me).toEqual({ id: expect.any(String), name: 'Ann' })
    const other = await ben.call('join', ROOM, { name: 'Ben' })
    expect(await ann.nextPush()).toMatchObject({ event: 'joined', path: ROOM, data: other })

    ben.send('typing', ROOM)
    expect(await ann.nextPush()).toMatchObject({ event: 'typing', data: other })
    const said = await ben.call('say', ROOM, { text: ' hello\n' })
    expect(said).toMatchObject({ from: other, text: 'hello', at: expect.any(Number) })
    expect(await ann.nextPush()).toMatchObject({ event: 'said', data: said })
    expect(await ann.call('look', ROOM)).toEqual({ people: [me, other], messages: [said] })

    expect(await ben.call('leave', ROOM)).toBeNull()
    expect(await ann.nextPush()).toMatchObject({ event: 'left', data: other })
    ann.terminate()
    await Promise.all([ann.closed, ben.close()])
  })

  it('tells of a lost connection as it does of one that left', async () => {
    const [ann, ben] = await Promise.all([connect(), connect()])
    await ann.call('join', '/chat/lost', { name: 'Ann' })
    const other = await ben.call('join', '/chat/lost', { name: 'Ben' })
    ben.terminate()
    expect(await ann.nextPush('left')).toMatchObject({ path: '/chat/lost', data: other })
    await ann.close()
  })

  it.each(['look', 'say', 'typing'])('refuses %s to those who have not joined', async (event) => {
    const stranger = await connect()
    const call = stranger.call(event, ROOM, { text: 'hello' })
    await expect(call).rejects.toMatchObject({ code: 403, message: 'Join this room first' })
    await stranger.close()
  })

  it.each([
    ['join', { name: '   ' }, 'A name has 1 to 40 characters'],
    ['join', { name: 'x'.repeat(41) }, 'A name has 1 to 40 characters'],
    ['say', { text: ' \n ' }, 'A message has 1 to 2,000 characters'],
    ['say', { text: 'x'.repeat(2001) }, 'A message has 1 to 2,000 characters'],
  ])('refuses to %s %j', async (event, data, message) => {
    const client = await connect()
    await client.call('join', ROOM, { name: 'Ann' })
    await expect(client.call(event, ROOM, data)).rejects.toMatchObject({
      code: 400,
      details: [{ message }],
    })
    await client.close()
  })

  it('remembers the last 50 messages of a room', async () => {
    const client = await connect()
    await client.call('join', '/chat/archive', { name: 'Ann' })
    const texts = Array.from({ length: 51 }, (_, index) => `message ${index}`)
    await Promise.all(texts.map((text) => client.call('say', '/chat/archive', { text })))
    const view = (await client.call('look', '/chat/archive')) as { messages: { text: string }[] }
    expect(view.messages.map(({ text }) => text)).toEqual(texts.slice(1))
    await client.close()
  })

  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/mark.svg', 'image/svg+xml'],
  ])('serves %s as %s under a strict policy', async (path, type) => {
    const url = `http://localhost:${sample.port}${path}`
    const [got, head] = await Promise.all([fetch(url), fetch(url, { method: 'HEAD' })])
    for (const { status, headers } of [got, head]) {
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe(type)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self';/,
      )
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
    }
    expect(head.headers.get('content-length')).toBe(String((await got.arrayBuffer()).byteLength))
  })

  it('serves nothing else', async () => {
    const response = await fetch(`http://localhost:${sample.port}/chat.js`)
    expect(response.status).toBe(404)
  })
})
