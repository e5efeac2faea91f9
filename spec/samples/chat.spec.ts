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

  const said = (text: string, id = crypto.randomUUID()) => ({ id, text })
  const ANN = { name: 'Ann', typing: false }

  it('tells the others who came, what was said, who types and who left', async () => {
    const [ann, ben] = await Promise.all([connect(), connect()])
    expect(await ann.call('join', ROOM, { name: '  Ann ' })).toEqual([])
    await ben.call('join', ROOM, { name: 'Ben' })
    await ann.nextPush('$presence')
    const came = (await ann.nextPush('$presence')) as { data: { join: { id: string }[] } }
    const [{ id: benId } = { id: '' }] = came.data.join

    ben.send('$presence', ROOM, { name: ' Ben', typing: true })
    expect(await ann.nextPush('$presence')).toMatchObject({
      data: { update: [{ id: benId, state: { name: 'Ben', typing: true } }] },
    })
    const message = await ben.call('say', ROOM, said(' hello\n'))
    expect(message).toMatchObject({ from: { id: benId, name: 'Ben' }, text: 'hello' })
    expect(await ann.nextPush('said')).toMatchObject({ path: ROOM, data: message, seq: 1 })
    expect(await ann.call('recent', ROOM)).toEqual([message])

    expect(await ben.call('leave', ROOM)).toBeNull()
    expect(await ann.nextPush('$presence')).toMatchObject({ data: { leave: [benId] } })
    await Promise.all([ann.close(), ben.close()])
  })

  it('says once what is sent again with the same id', async () => {
    const [ann, ben] = await Promise.all([connect(), connect()])
    for (const client of [ann, ben]) await client.call('join', '/chat/again', { name: 'Somebody' })
    const message = said('hello')
    const first = await ann.call('say', '/chat/again', message)
    expect(await ann.call('say', '/chat/again', message)).toEqual(first)
    await ann.call('say', '/chat/again', said('the end'))
    expect(await ben.nextPush('said')).toMatchObject({ data: { text: 'hello' } })
    expect(await ben.nextPush('said')).toMatchObject({ data: { text: 'the end' } })
    expect(await ben.call('recent', '/chat/again')).toHaveLength(2)
    await Promise.all([ann.close(), ben.close()])
  })

  it.each([
    ['recent', 'Join this room first'],
    ['say', 'Join this room first'],
    ['$presence', 'Not a member of this room'],
  ])('refuses %s to those who have not joined', async (event, message) => {
    const stranger = await connect()
    const call = stranger.call(event, ROOM, event === 'say' ? said('hello') : ANN)
    await expect(call).rejects.toMatchObject({ code: 403, message })
    await stranger.close()
  })

  it.each([
    ['join', { name: '   ' }, 'A name has 1 to 40 characters'],
    ['join', { name: 'x'.repeat(41) }, 'A name has 1 to 40 characters'],
    ['say', said(' \n '), 'A message has 1 to 2,000 characters'],
    ['say', said('x'.repeat(2001)), 'A message has 1 to 2,000 characters'],
    ['$presence', { ...ANN, name: '' }, 'A name has 1 to 40 characters'],
    ['$presence', { name: 'Ann', typing: 'yes' }, 'typing must be a boolean value'],
    ['say', { text: 'hello', id: 'short' }, 'id must be longer than or equal to 8 characters'],
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
    await Promise.all(texts.map((text) => client.call('say', '/chat/archive', said(text))))
    const messages = (await client.call('recent', '/chat/archive')) as { text: string }[]
    expect(messages.map(({ text }) => text)).toEqual(texts.slice(1))
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
