import { afterEach, describe, expect, it } from '@jest/globals'
import { within } from '../support/deadline.js'
import { fork, type Child } from '../support/fork.js'
import { connectRaw, openRaw } from '../support/open-raw.js'
import type { RawSocket } from '../support/raw-socket.js'
import { upgradeRequest } from '../support/raw-upgrade.js'

const COUNT = 1000
/** Sockets of an app that nobody is connected to. */
const AT_REST = 2

let child: Child | undefined

afterEach(async () => {
  await child?.kill()
})

interface State {
  pending: number
  opened: number
  refused: Record<string, number>
  /** Sockets, as libuv sees them: one listens, and one is what the app corks for late upgrades. */
  sockets: number
}

async function start(refuse: 'close' | 'http', seconds: number): Promise<Child> {
  const env = { REFUSE: refuse, PLACES: String(COUNT), TIMEOUT: String(seconds) }
  const options = { env, reportUnhandled: true }
  return (child = await fork('spec/support/fixtures/pending-app.ts', options))
}

async function state(of: Child): Promise<State> {
  of.send('state')
  return (await of.nextMessage((message) => typeof message === 'object')) as State
}

/** Waits for the server to see what has been done to it. */
async function becomes(of: Child, isThere: (state: State) => boolean): Promise<State> {
  let now = await state(of)
  const reached = (async () => {
    while (!isThere(now)) now = await state(of)
  })()
  await within(reached, () => `another state than ${JSON.stringify(now)}`, 10_000)
  return now
}

/** Upgrades that `authorize` has been asked about, and has not answered. */
async function hang(of: Child): Promise<RawSocket[]> {
  const sockets: RawSocket[] = []
  while (sockets.length < COUNT) {
    const some = Array.from({ length: 100 }, () => connectRaw(of.port))
    sockets.push(...(await Promise.all(some)))
  }
  for (const socket of sockets) socket.sendBytes(upgradeRequest(of.port))
  return sockets
}

describe.each(['close', 'http'] as const)('1,000 upgrades, refused by %s,', (refuse) => {
  it('that are aborted while authorize is pending leave nothing behind, whatever it says then', async () => {
    const server = await start(refuse, 3600)
    const sockets = await hang(server)
    await becomes(server, ({ pending }) => pending === COUNT)
    sockets.forEach((socket, index) => (index % 2 === 0 ? socket.destroy() : socket.reset()))
    await becomes(server, ({ sockets: open }) => open === AT_REST)
    // Accepts a third, refuses a third, and fails for a third: nobody is there to hear it.
    server.send('settle')
    const after = await becomes(server, ({ pending }) => pending === 0)
    expect(after).toMatchObject({ opened: 0, refused: {} })
    expect(server.unhandled).toEqual([])
    // Every place of the address is free again.
    const honest = await Promise.all(
      Array.from({ length: COUNT }, () => openRaw(server.port, { path: '/?honest' })),
    )
    expect(honest.filter(({ http }) => http.status !== 101)).toEqual([])
  }, 30_000)

  it('that hang are answered at the deadline, and what authorize says later is ignored', async () => {
    const server = await start(refuse, 1)
    const sockets = await hang(server)
    const answers = await within(
      Promise.all(sockets.map(refuse === 'close' ? closeCodeOf : statusOf)),
      'the answers',
      20_000,
    )
    const code = refuse === 'close' ? 4408 : 408
    expect(answers.filter((answer) => answer !== code)).toEqual([])
    expect(await becomes(server, ({ sockets: open }) => open === AT_REST)).toMatchObject({
      opened: 0,
      refused: { [code]: COUNT },
    })
    server.send('settle')
    await becomes(server, ({ pending }) => pending === 0)
    expect(server.unhandled).toEqual([])
    expect((await openRaw(server.port, { path: '/?honest' })).http.status).toBe(101)
  }, 40_000)
})

const closeCodeOf = async ({ closed }: RawSocket): Promise<number> => (await closed).code

async function statusOf({ response, closed }: RawSocket): Promise<number | undefined> {
  const answer = await response
  await closed
  return answer?.status
}
