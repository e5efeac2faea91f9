import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startSample, type Sample } from '../support/sample.js'
import { WireClient } from '../support/wire-client.js'

describe('the echo sample', () => {
  let sample: Sample
  let client: WireClient
  beforeAll(async () => {
    sample = await startSample('01-echo')
    client = await WireClient.connect(sample.url)
  })
  afterAll(async () => {
    await client.close()
    await sample.child.stop()
  })

  it('greets a connection with its id', async () => {
    expect(await client.nextPush('welcome')).toMatchObject({
      path: '/echo',
      data: { connection: expect.any(String) },
    })
  })

  it.each([
    ['/echo', 'hello', 'hello'],
    ['/echo/3', 'hello', ['hello', 'hello', 'hello']],
  ])('answers on %s', async (path, data, reply) => {
    expect(await client.call('say', path, data)).toEqual(reply)
  })

  it.each([
    ['text that is no string', 'say', '/echo', 42, 400, 'Invalid data'],
    ['too many times', 'say', '/echo/99', 'hello', 400, '1 to 10 times'],
    ['a misspelt event', 'sya', '/echo', 'hello', 404, '"say"'],
  ])('refuses %s as its README says', async (_what, event, path, data, code, message) => {
    await expect(client.call(event, path, data)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  it('tells a browser how to talk to it', async () => {
    const response = await fetch(`http://localhost:${sample.port}/`)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await response.text()).toContain('new WebSocket(')
  })
})

describe('starting a sample', () => {
  it.each([
    ['01-echo', 'npm run sample -- 01-echo'],
    ['02-chat', 'npm start'],
  ])('says what to do when the port of %s is taken', async (name, command) => {
    const first = await startSample('01-echo')
    const second = startSample(name, { port: first.port })
    await expect(second).rejects.toThrow(
      new RegExp(`Port ${first.port} is taken[^]*PORT=${first.port + 1} ${command}`),
    )
    await first.child.stop()
  })

  it('says what is wrong with a PORT that is no port', async () => {
    const started = startSample('01-echo', { env: { PORT: '80a' } })
    await expect(started).rejects.toThrow('PORT is "80a", but a port is a whole number')
  })

  it('ends with code 0 on SIGTERM, having closed its clients with 1012', async () => {
    const { child, url } = await startSample('01-echo')
    const client = await WireClient.connect(url)
    const [exit, close] = await Promise.all([child.stop(), client.closed])
    expect(exit).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(close.code).toBe(1012)
  })
})
