import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startSample, type Sample } from '../support/sample.js'
import { WireClient } from '../support/wire-client.js'

const PASSWORD = 'open sesame'
const BOARD = '/board'

interface SignedIn {
  readonly token: string
  readonly cookie: string
}

describe('the sample of signing in', () => {
  let sample: Sample
  const clients: WireClient[] = []
  beforeAll(async () => {
    sample = await startSample('05-auth')
  })
  afterAll(async () => {
    for (const client of clients) client.terminate()
    await sample.child.stop()
  })

  const post = (path: string, body: object | string, headers: Record<string, string> = {}) =>
    fetch(`http://localhost:${sample.port}/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  const signIn = async (name: string): Promise<SignedIn> => {
    const response = await post('sign-in', { name, password: PASSWORD })
    const { token } = (await response.json()) as { token: string }
    return { token, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' }
  }

  const connect = async (): Promise<WireClient> => {
    const client = await WireClient.connect(`${sample.url}/ws`, { protocols: 'enfilade.v1' })
    clients.push(client)
    return client
  }

  const enter = async ({ token }: SignedIn): Promise<WireClient> => {
    const client = await connect()
    await client.call('$token', '/', { token })
    await client.call('join', BOARD)
    return client
  }

  it('gives a cookie that no script reads, and tokens for it', async () => {
    const response = await post('sign-in', { name: 'ann', password: PASSWORD })
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; Path=\/auth; HttpOnly; SameSite=Strict$/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const headers = { cookie: cookie.split(';')[0] ?? '' }
    const next = await post('token', {}, headers)
    expect(await next.json()).toEqual({ token: expect.stringMatching(/^ey/) })
    expect((await post('sign-out', {}, headers)).headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await post('token', {}, headers)).status).toBe(401)
  })

  const wrong = { name: 'ann', password: 'wrong' }
  const refused: { what: string; path: string; body: object | string; status: number }[] = [
    { what: 'a wrong password', path: 'sign-in', body: wrong, status: 401 },
    { what: 'no such name', path: 'sign-in', body: { ...wrong, name: 'eve' }, status: 401 },
    { what: 'no name', path: 'sign-in', body: {}, status: 401 },
    { what: 'no cookie', path: 'token', body: {}, status: 401 },
    { what: 'no JSON', path: 'sign-in', body: 'name=ann', status: 400 },
    { what: 'no object', path: 'sign-in', body: 'null', status: 400 },
    { what: 'too much', path: 'sign-in', body: { name: 'x'.repeat(2000) }, status: 400 },
  ]

  it.each(refused)('answers $status to $what', async ({ path, body, status }) => {
    const response = await post(path, body)
    expect(response.status).toBe(status)
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  it('answers 400 to what a page of another site could send unasked', async () => {
    const { cookie } = await signIn('ann')
    const response = await post('token', {}, { cookie, 'content-type': 'text/plain' })
    expect(response.status).toBe(400)
  })

  it('lets a writer write, and others read only', async () => {
    const [ann, ben] = [await enter(await signIn('ann')), await enter(await signIn('ben'))]
    await ann.call('write', BOARD, { text: 'hello' })
    expect(await ben.nextPush('written')).toMatchObject({ data: { by: 'ann', text: 'hello' } })
    await expect(ben.call('write', BOARD, { text: 'hello' })).rejects.toMatchObject({
      ...{ code: 403, message: 'Read-only in this room' },
    })
    await expect(ben.call('list', '/people')).rejects.toMatchObject({ code: 403 })
  })

  it('lets nobody write who has not joined, or with a line that is too long', async () => {
    const client = await connect()
    await client.call('$token', '/', { token: (await signIn('ann')).token })
    await expect(client.call('write', BOARD, { text: 'hello' })).rejects.toMatchObject({
      code: 403,
    })
    await client.call('join', BOARD)
    await expect(client.call('write', BOARD, { text: 'x'.repeat(201) })).rejects.toMatchObject({
      code: 400,
    })
  })

  it('lets a host change what others may do, while they are connected', async () => {
    const [henri, ben] = [await enter(await signIn('henri')), await enter(await signIn('ben'))]
    await henri.call('role', '/people', { name: 'ben', role: 'writer' })
    expect(await ben.nextPush('role')).toMatchObject({ data: { role: 'writer' } })
    expect(await ben.call('write', BOARD, { text: 'I may' })).toEqual({ by: 'ben', text: 'I may' })
    await henri.call('role', '/people', { name: 'ben', role: 'reader' })
    await expect(ben.call('write', BOARD, { text: 'I may' })).rejects.toMatchObject({ code: 403 })
    const nobody = henri.call('role', '/people', { name: 'nobody', role: 'reader' })
    await expect(nobody).rejects.toMatchObject({ code: 404 })
  })

  it('lets a host sign somebody out, whose token and cookie are then worth nothing', async () => {
    const henri = await enter(await signIn('henri'))
    const signedIn = await signIn('ann')
    const [one, two] = [await enter(signedIn), await enter(signedIn)]
    await henri.call('sign-out', '/people', { name: 'ann' })
    for (const client of [one, two]) {
      expect(await client.closed).toEqual({ code: 4401, reason: 'A host has signed you out' })
    }
    expect((await post('token', {}, { cookie: signedIn.cookie })).status).toBe(401)
    const client = await connect()
    await expect(client.call('$token', '/', { token: signedIn.token })).rejects.toMatchObject({
      ...{ code: 401, message: 'You have been signed out' },
    })
    expect(await client.closed).toMatchObject({ code: 4401 })
  })

  it('serves the client as modules, and nothing that they do not import', async () => {
    const url = `http://localhost:${sample.port}/enfilade/`
    const entry = await fetch(`${url}client/index.js`)
    expect(entry.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const [, chunk = ''] = /"\.\.\/(chunks\/\w+\.js)"/.exec(await entry.text()) ?? []
    expect((await fetch(url + chunk)).status).toBe(200)
    expect((await fetch(`${url}index.js`)).status).toBe(404)
  })
})
