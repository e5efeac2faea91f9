import { afterEach, describe, expect, it } from '@jest/globals'
import { fork, type Child } from './fork.js'
import { RawSocket } from './raw-socket.js'

const fixture = 'spec/support/fixtures/decorated.ts'
let child: Child | undefined

afterEach(async () => {
  await child?.kill()
  child = undefined
})

describe('fork', () => {
  it('runs a TypeScript module with decorators until it is stopped', async () => {
    child = await fork(fixture)
    const socket = await RawSocket.connect(child.port)
    child.send('ping')
    expect(await child.nextMessage()).toBe('pong')
    const exit = await child.stop()
    expect(exit).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' })
    expect(exit.stdout).toBe(`listening on ${child.port}\n`)
    await socket.closed
  })

  it('takes a line of output for readiness, and its group for the port', async () => {
    child = await fork(fixture, { ready: /listening on (\d+)/, port: 0 })
    expect(child.port).toBeGreaterThan(0)
    expect(await child.nextMessage()).toEqual({ port: child.port, type: 'Word' })
  })

  it('shows the output of a child that ends before it is ready', async () => {
    await expect(fork(fixture, { port: 99_999 })).rejects.toThrow(/ERR_SOCKET_BAD_PORT/)
  })

  it('counts what the child did not catch, and keeps it alive', async () => {
    child = await fork(fixture, { reportUnhandled: true })
    for (const message of ['reject', 'throw', 'reject', 'throw']) child.send(message)
    for (let failures = 0; failures < 4; failures++) await child.nextUnhandled()
    const origins = child.unhandled.map(({ origin }) => origin).sort()
    expect(origins).toEqual([
      'uncaughtException',
      'uncaughtException',
      'unhandledRejection',
      'unhandledRejection',
    ])
  })

  it('lets a child die of what it did not catch otherwise', async () => {
    child = await fork(fixture)
    child.send('reject')
    const { code, stderr } = await child.exit
    expect(code).toBe(1)
    expect(stderr).toMatch(/nobody caught this/)
  })
})
