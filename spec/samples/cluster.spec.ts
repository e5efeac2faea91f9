import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { WsClient } from 'enfilade/client'
import { hasBroker, REDIS } from '../support/broker.js'
import { Inbox } from '../support/inbox.js'
import { openClient } from '../support/open-client.js'
import { startSample, type Sample } from '../support/sample.js'
import { WireClient } from '../support/wire-client.js'

const describeCluster = hasBroker(REDIS) ? describe : describe.skip

interface Running {
  readonly port: number
  readonly pid: number
}

describeCluster('the sample of a cluster', () => {
  let sample: Sample
  /** Both nodes, by name. */
  const nodes = new Map<string, Running>()
  const wires: WireClient[] = []

  beforeAll(async () => {
    sample = await startSample('07-cluster')
    for (const name of ['node 1', 'node 2']) await nextStart(name)
  })

  afterAll(async () => {
    for (const wire of wires) wire.terminate()
    expect(await sample.child.stop('SIGTERM', 15_000)).toMatchObject({ code: 0 })
  }, 20_000)

  async function nextStart(name: string): Promise<void> {
    const line = await sample.child.nextLine(new RegExp(`^${name} listens`))
    const [, port, pid] = /port (\d+): process (\d+)/.exec(line) ?? []
    nodes.set(name, { port: Number(port), pid: Number(pid) })
  }

  const node = (name: string): Running => nodes.get(name) as Running

  async function connect(name: string): Promise<WireClient> {
    const wire = await WireClient.connect(`ws://localhost:${node(name).port}/ws`)
    wires.push(wire)
    return wire
  }

  const said = (text: string, id = crypto.randomUUID()) => ({ id, text })

  /** The names of the nodes that a client comes to. */
  function placesOf(client: WsClient): Inbox<string> {
    const places = new Inbox<string>('the name of a node')
    client.on<string>('node', '/node', (name) => places.push(name))
    return places
  }

  it('tells at one node what was said at the other, and who is there', async () => {
    const [ann, ben] = [await connect('node 1'), await connect('node 2')]
    expect(await ann.nextPush('node')).toMatchObject({ data: 'node 1' })
    expect(await ben.nextPush('node')).toMatchObject({ data: 'node 2' })
    await ann.call('join', '/chat/general', { name: 'Ann' })
    await ben.call('join', '/chat/general', { name: 'Ben' })
    await ann.call('$presence', '/chat/general', { name: 'Ann', typing: true })
    await ben.nextPush((push) => JSON.stringify(push).includes('"typing":true'))
    const hello = await ann.call('say', '/chat/general', said('hello'))
    expect(await ben.nextPush('said')).toMatchObject({ data: hello })
    expect(await ben.call('recent', '/chat/general')).toEqual([hello])
  })

  it('says once what is sent again to the other node', async () => {
    const [ann, ben] = [await connect('node 1'), await connect('node 2')]
    for (const wire of [ann, ben]) await wire.call('join', '/chat/again', { name: 'Ann' })
    const message = said('hello')
    const first = await ann.call('say', '/chat/again', message)
    expect(await ben.call('say', '/chat/again', message)).toEqual(first)
    expect(await ann.call('recent', '/chat/again')).toEqual([first])
  })

  it('moves cursors from one node to the other', async () => {
    const [ann, ben] = [await connect('node 1'), await connect('node 2')]
    for (const wire of [ann, ben]) await wire.call('join', '/board/studio')
    const place = { name: 'Ann', hue: 200, idle: false, x: 1000, y: 2000 }
    await ann.call('$presence', '/board/studio', place)
    const isPlace = (text: string): boolean => text.includes('"x":1000')
    expect(await ben.nextPush((push) => isPlace(JSON.stringify(push)))).toMatchObject({
      event: '$presence',
    })
    const wave = await ann.call('wave', '/board/studio', { x: 1, y: 2 })
    expect(await ben.nextPush('waved')).toMatchObject({ data: wave })
  })

  it('serves both pages at all addresses, each with what it refers to', async () => {
    for (const port of [sample.port, node('node 1').port, node('node 2').port]) {
      for (const page of ['chat', 'cursors']) {
        const url = `http://localhost:${port}/${page}/`
        const html = await (await fetch(url)).text()
        const files = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path)
        expect(files.length).toBeGreaterThan(2)
        const answers = await Promise.all(files.map((path = '') => fetch(new URL(path, url))))
        expect(answers.map(({ status }) => status)).toEqual(files.map(() => 200))
      }
    }
    expect((await fetch(`http://localhost:${sample.port}/`)).url).toMatch(/\/chat\/$/)
  })

  it('lets a client go on at the other node when its own is killed: nothing is missed', async () => {
    const { client, become } = openClient(`ws://localhost:${sample.port}/ws`)
    const places = placesOf(client)
    const from = await places.next()
    const to = from === 'node 1' ? 'node 2' : 'node 1'
    const room = client.room('/chat/kill', { presence: { name: 'Ann', typing: false } })
    const heard = new Inbox<string>('something said')
    const gaps: unknown[] = []
    room.on('said', ({ text }: { text: string }) => heard.push(text))
    room.onGap((gap) => gaps.push(gap))
    await room.join({ name: 'Ann' })
    const ben = await connect(to)
    await ben.call('join', '/chat/kill', { name: 'Ben' })
    // A talk long enough for the store to hear of the room: it is told 20 ms after the entry.
    const before = Array.from({ length: 100 }, (_, index) => `before ${index}`)
    for (const text of before) {
      await ben.call('say', '/chat/kill', said(text))
      expect(await heard.next()).toBe(text)
    }

    const lost = become('reconnecting')
    process.kill(node(from).pid, 'SIGKILL')
    await lost
    await ben.call('say', '/chat/kill', said('meanwhile'))
    expect(await places.next()).toBe(to)
    expect(await heard.next()).toBe('meanwhile')
    const mine = await room.call('say', said('I am back'))
    expect(await ben.nextPush((push) => JSON.stringify(push).includes('back'))).toMatchObject({
      data: mine,
    })
    expect(mine).toMatchObject({ from: { name: 'Ann' }, text: 'I am back' })
    expect(heard.all).toEqual([...before, 'meanwhile'])
    expect(gaps).toEqual([])
    await nextStart(from)
  })
})
