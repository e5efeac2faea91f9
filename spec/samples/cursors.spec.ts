import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startSample, type Sample } from '../support/sample.js'
import { WireClient } from '../support/wire-client.js'

const BOARD = '/board/studio'
const ANN = { name: 'Ann', hue: 200, idle: false }

describe('the sample of cursors', () => {
  let sample: Sample
  const clients: WireClient[] = []
  beforeAll(async () => {
    sample = await startSample('06-cursors')
  })
  afterAll(async () => {
    for (const client of clients) client.terminate()
    await sample.child.stop()
  })

  const connect = async (): Promise<WireClient> => {
    const client = await WireClient.connect(`${sample.url}/ws`)
    clients.push(client)
    return client
  }

  it('tells everybody where everybody is, and what somebody pointed at the others', async () => {
    const [ann, ben] = [await connect(), await connect()]
    await ann.call('join', BOARD)
    await ben.call('join', BOARD)
    await ann.call('$presence', BOARD, { ...ANN, name: ' Ann ', x: 1000, y: 2000 })
    const told = (await ben.nextPush(
      (push) => push.event === '$presence' && JSON.stringify(push).includes('Ann'),
    )) as { data: { update: [{ id: string; state: object }] } }
    const [{ id, state }] = told.data.update
    expect(state).toEqual({ ...ANN, x: 1000, y: 2000 })
    const wave = await ann.call('wave', BOARD, { x: 1, y: 2 })
    expect(wave).toEqual({ from: id, x: 1, y: 2 })
    expect(await ben.nextPush('waved')).toMatchObject({ path: BOARD, data: wave, seq: 1 })
  })

  it.each([
    ['no name', { ...ANN, name: ' ' }],
    ['a long name', { ...ANN, name: 'x'.repeat(25) }],
    ['no colour', { name: 'Ann', idle: false }],
    ['a colour that is none', { ...ANN, hue: 360 }],
    ['a place beside the board', { ...ANN, x: 10_001, y: 0 }],
    ['more than it may', { ...ANN, admin: true }],
  ])('refuses who shows %s', async (_what, state) => {
    const client = await connect()
    await client.call('join', BOARD)
    await expect(client.call('$presence', BOARD, state)).rejects.toMatchObject({ code: 400 })
  })

  it('lets nobody point who is not there, or at what is not on the board', async () => {
    const client = await connect()
    const wave = (x: number): Promise<unknown> => client.call('wave', BOARD, { x, y: 0 })
    await expect(wave(0)).rejects.toMatchObject({ code: 403 })
    await client.call('join', BOARD)
    await expect(wave(-1)).rejects.toMatchObject({ code: 400 })
    await client.call('leave', BOARD)
    await expect(wave(0)).rejects.toMatchObject({ code: 403 })
  })

  it('serves what Vite built, under a strict policy, and nothing else', async () => {
    const url = `http://localhost:${sample.port}`
    const page = await fetch(url)
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src/)
    const files = [...(await page.text()).matchAll(/(?:src|href)="\.(\/[^"]+)"/g)].map(
      ([, file]) => file,
    )
    expect(files.map((file) => file?.replace(/^.*\./, '')).sort()).toEqual(['css', 'js', 'svg'])
    for (const file of files) expect((await fetch(`${url}${file}`)).status).toBe(200)
    expect((await fetch(`${url}/page/main.tsx`)).status).toBe(404)
  })
})
