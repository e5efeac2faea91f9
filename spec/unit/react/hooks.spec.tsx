import { page } from '../../support/dom.js'
import { afterEach, expect, it } from '@jest/globals'
import { act, cleanup, render } from '@testing-library/react'
import { defineChannel } from 'enfilade/client'
import {
  useClient,
  useEvent,
  useMember,
  useMembers,
  useRoom,
  useStatus,
  WsProvider,
  type RoomState,
} from 'enfilade/react'
import { memo, StrictMode, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { createFakeWorld, type FakeSocket, type FakeWorld } from '../../support/fake-platform.js'
import { nextTurn } from '../../support/next-turn.js'

interface Contract {
  calls: { join(): string }
  pushes: { said: string }
  presence: { name: string }
}

const chat = defineChannel('/chat/:room')<Contract>()

const ann = { id: 'ann', state: { name: 'Ann' } }
const ben = { id: 'ben', state: { name: 'Ben' } }

afterEach(cleanup)

const settle = () => act(() => nextTurn())

/** A client with an open connection. */
async function openWorld(): Promise<FakeWorld & { first: FakeSocket }> {
  const world = createFakeWorld()
  const first = await world.socket()
  first.welcome()
  return { ...world, first }
}

/** How often each row was rendered. */
let rendered: Record<string, number> = {}
const heard: string[] = []

const Row = memo(({ room, id }: { room: RoomState<Contract>['room']; id: string }) => {
  rendered[id] = (rendered[id] ?? 0) + 1
  return <li>{useMember(room, id)?.state.name}</li>
})

function Chat({ name = 'a' }: { name?: string }): ReactNode {
  const { room, status, reply, error } = useRoom(chat, { room: name }, { presence: ann.state })
  const ids = useMembers(room)
  useEvent(room, 'said', (text) => heard.push(`${status} ${text}`))
  rendered.list = (rendered.list ?? 0) + 1
  return (
    <>
      <p>{`${useStatus()} ${status} ${String(reply)} ${(error as Error | undefined)?.message ?? ''}`}</p>
      <ul>
        {ids.map((id) => (
          <Row key={id} room={room} id={id} />
        ))}
      </ul>
    </>
  )
}

const text = (): string => page.body.textContent

async function renderJoined(): Promise<FakeWorld & { first: FakeSocket; unmount(): void }> {
  const world = await openWorld()
  const { unmount } = render(
    <WsProvider client={world.client}>
      <Chat />
    </WsProvider>,
  )
  await settle()
  act(() => world.first.push('$joined', '/chat/a', { self: 'ann', members: [ann, ben] }))
  act(() => world.first.reply('join', 'welcome'))
  await settle()
  rendered = {}
  heard.length = 0
  return { ...world, unmount }
}

it('a component enters its room, shows who is there, and leaves when it is gone', async () => {
  const { first, unmount } = await renderJoined()
  expect(text()).toBe('open joined welcome AnnBen')
  expect(first.last('$presence').data).toEqual({ name: 'Ann' })
  unmount()
  await settle()
  expect(first.events).toEqual(['join', '$presence', 'leave'])
})

it("one member's update renders one row", async () => {
  const { first } = await renderJoined()
  const bea = { id: 'ben', state: { name: 'Bea' } }
  act(() => first.push('$presence', '/chat/a', { update: [bea] }))
  expect(text()).toContain('AnnBea')
  expect(rendered).toEqual({ ben: 1 })
})

it('who comes and goes renders the list, and the rows that are new', async () => {
  const { first } = await renderJoined()
  const cid = { id: 'cid', state: { name: 'Cid' } }
  act(() => first.push('$presence', '/chat/a', { join: [cid], leave: ['ann'] }))
  expect(text()).toContain('BenCid')
  expect([rendered.ben, rendered.cid]).toEqual([undefined, 1])
  expect(rendered.list).toBe(1)
})

it('useEvent hears with the handler of the latest render', async () => {
  const { first } = await renderJoined()
  act(() => first.push('said', '/chat/a', 'hi'))
  act(() => first.push('$left', '/chat/a', { reason: 'kicked' }))
  act(() => first.push('said', '/chat/a', 'still'))
  expect(heard).toEqual(['joined hi', 'left still'])
})

it('strict mode enters once, and leaves nothing behind', async () => {
  const world = await openWorld()
  const { unmount } = render(
    <StrictMode>
      <WsProvider client={world.client}>
        <Chat />
        <Chat />
      </WsProvider>
    </StrictMode>,
  )
  await settle()
  expect(world.first.events).toEqual(['join'])
  act(() => world.first.reply('join', 'welcome'))
  await settle()
  unmount()
  await settle()
  expect(world.first.events).toEqual(['join', 'leave'])
})

it('another path is another room', async () => {
  const world = await openWorld()
  const at = (name: string) => (
    <WsProvider client={world.client}>
      <Chat name={name} />
    </WsProvider>
  )
  const { rerender } = render(at('a'))
  await settle()
  act(() => world.first.reply('join', 'in a'))
  await settle()
  expect(text()).toBe('open joined in a ')
  rerender(at('b'))
  expect(text()).toBe('open joining undefined ')
  await settle()
  expect(world.first.sent.map(({ event, path }) => `${event} ${path}`)).toEqual([
    ...['join /chat/a', 'join /chat/b', 'leave /chat/a'],
  ])
})

it('shows what refused the entry, and the new reply after a gap', async () => {
  const world = await openWorld()
  render(
    <WsProvider client={world.client}>
      <Chat />
    </WsProvider>,
  )
  await settle()
  act(() => world.first.reply('join', 'first'))
  await settle()
  let second: FakeSocket | undefined
  await act(async () => {
    second = await world.dropAndRetry()
    second.open()
    await nextTurn()
  })
  expect(text()).toBe('reconnecting joining first ')
  act(() => second?.reply('join', 'second'))
  await settle()
  expect(text()).toBe('open joined second ')
  await act(async () => {
    second = await world.dropAndRetry()
    second.open()
    await nextTurn()
    second.refuse('join', 403, 'Not any more')
    await nextTurn()
  })
  expect(text()).toBe('open left undefined Not any more')
})

it('renders on a server without connecting', () => {
  const html = renderToString(
    <WsProvider url="ws://nowhere.invalid/">
      <Chat />
    </WsProvider>,
  )
  expect(html).toBe('<p>connecting left undefined </p><ul></ul>')
})

it('a provider with an address makes one client, and closes it', async () => {
  const world = await openWorld()
  const sockets: { closed: boolean }[] = []
  class Socket {
    closed = false
    protocol = ''
    onopen = null
    onmessage = null
    onclose = null
    onerror = null
    constructor() {
      sockets.push(this)
    }
    send(): void {}
    close(): void {
      this.closed = true
    }
  }
  const seen = new Set<unknown>()
  function Look(): ReactNode {
    seen.add(useClient())
    return null
  }
  const { unmount } = render(
    <WsProvider url="ws://localhost/" options={{ WebSocket: Socket }}>
      <Look />
    </WsProvider>,
  )
  await settle()
  expect([seen.size, sockets.length]).toEqual([2, 1])
  unmount()
  expect(sockets[0]?.closed).toBe(true)
  world.client.close()
})
