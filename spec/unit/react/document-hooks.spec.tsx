import { page } from '../../support/dom.js'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { act, cleanup, render } from '@testing-library/react'
import type { ClientDocument, DocumentStatus } from 'enfilade/client/documents'
import { WsProvider } from 'enfilade/react'
import { useDocument, useDocumentPresence, useRecord, useRecordIds } from 'enfilade/react/documents'
import { memo, StrictMode, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { openRoom, type RecordsRoom } from '../../support/documents/open-room.js'
import { roomClient } from '../../support/documents/room-client.js'

interface Fields {
  note: { text: string }
  shape: { x: number }
}

let rendered: Record<string, number> = {}
let current: ClientDocument<Fields> | undefined

beforeEach(() => {
  rendered = {}
})

afterEach(cleanup)

/** Done when the document on show, or another, says that it is so. */
const until = (status: DocumentStatus, document = current): Promise<void> =>
  act(
    () =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (document?.status === status) resolve()
        }
        document?.on('status', look)
        look()
      }),
  )

const Row = memo(({ board, id }: { board: ClientDocument<Fields> | undefined; id: string }) => {
  rendered[id] = (rendered[id] ?? 0) + 1
  const record = useRecord(board, id)
  return <li>{record?.type === 'note' ? record.text : ''}</li>
})

function Board({ path = '/board/1' }: { path?: string }): ReactNode {
  const { document, status, access, canUndo, closed } = useDocument<Fields>(path)
  const ids = useRecordIds(document, 'note')
  const others = useDocumentPresence(document)
  current = document
  rendered.board = (rendered.board ?? 0) + 1
  return (
    <>
      <p>{`${[status, access, ...(canUndo ? ['undo'] : []), ...(closed ? [closed.code] : [])].join(' ')} ${others.length}`}</p>
      <ul>
        {ids.map((id) => (
          <Row key={id} board={document} id={id} />
        ))}
      </ul>
    </>
  )
}

const text = (): string => page.body.textContent
const note = (id: string, words: string) => ({ id, type: 'note' as const, text: words })

async function show(room: RecordsRoom): Promise<() => void> {
  const { unmount } = render(
    <StrictMode>
      <WsProvider client={roomClient(room)}>
        <Board />
      </WsProvider>
    </StrictMode>,
  )
  await until('synced')
  // Strict mode let go of it once, in a timer for the next turn: this one goes off behind it.
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  return unmount
}

it('a document is open while it is mounted, once for all, and closed afterwards', async () => {
  const { room } = await openRoom()
  const unmount = await show(room)
  expect([text(), room.sessions().length]).toEqual(['synced write 0', 1])
  unmount()
  await until('closed')
  expect([room.sessions(), current?.status]).toEqual([[], 'closed'])
})

it('an edit renders the row of its record, and no other', async () => {
  const { room } = await openRoom()
  await show(room)
  act(() => {
    room.transact((tx) => (tx.put(note('a', 'one ')), tx.put(note('b', 'two'))))
  })
  expect(text()).toBe('synced write 0one two')
  rendered = {}
  act(() => {
    room.transact((tx) => tx.patch('b', { text: '2' }))
    room.transact((tx) => tx.put({ id: 's', type: 'shape', x: 1 }))
  })
  expect(text()).toBe('synced write 0one 2')
  // Strict mode renders twice.
  expect(rendered).toEqual({ b: 2 })
  act(() => {
    room.transact((tx) => tx.remove('a'))
  })
  expect(text()).toBe('synced write 02')
})

it('what the user does shows at once, and the facts follow', async () => {
  const { room } = await openRoom()
  await show(room)
  act(() => current?.transact((tx) => tx.put(note('a', 'mine'))))
  expect(text()).toBe('synced write undo 0mine')
  act(() => void current?.undo())
  expect(text()).toBe('synced write 0')
  act(() => void room.setAccess('ann', 'read'))
  expect(text()).toBe('synced read 0')
  act(() => room.closeSession('ann', 'Enough'))
  expect(text()).toBe('closed read 4403 0')
})

it('the others show in presence', async () => {
  const { room, timers } = await openRoom()
  await show(room)
  room.connect({
    ...{ sessionId: 'bob', access: 'write' },
    socket: { send: () => undefined, close: () => undefined },
  })
  room.receive('bob', '{"type":"presence","state":{"at":1}}')
  act(() => timers.advance(50))
  expect(text()).toBe('synced write 1')
})

it('another path is another document', async () => {
  const { room } = await openRoom()
  const client = roomClient(room)
  const at = (path: string) => (
    <WsProvider client={client}>
      <Board path={path} />
    </WsProvider>
  )
  const { rerender } = render(at('/board/1'))
  await until('synced')
  const first = current
  rerender(at('/board/2'))
  await until('closed', first)
  expect([first?.status, current?.path]).toEqual(['closed', '/board/2'])
})

it('a server renders that nothing is there yet', () => {
  expect(renderToString(<Board />)).toBe('<p>loading read 0</p><ul></ul>')
})
