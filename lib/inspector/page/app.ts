import { Api, ApiError, type Overview, type Sample } from './api.js'
import { ConnectionPanel } from './connection-panel.js'
import { ConnectionsView } from './connections-view.js'
import { ago, byId, bytes, count, h } from './dom.js'
import { NodesView, RoomsView, RoutesView, TotalsView } from './lists.js'
import { Plot } from './plot.js'
import { TryView } from './try-view.js'
import type { View } from './view.js'

const STORED = 'enfilade-inspector-key'
const INTERVAL = 1_000
/** As many as the server keeps: ten minutes. */
const KEPT = 600

const path = document.body.dataset.path ?? ''
const door = byId('door') as HTMLFormElement
const page = byId('inspector')
const link = byId('link')

type Numbers = { [K in keyof Sample]: Sample[K] }

const plots: [key: keyof Numbers, plot: Plot][] = [
  ['connections', new Plot({ title: 'Connections', write: count })],
  ['messages', new Plot({ title: 'Messages a second', write: count })],
  ['pushes', new Plot({ title: 'Pushes a second', write: count })],
  ['inFlight', new Plot({ title: 'Handlers at work', write: count })],
  ['queuedBytes', new Plot({ title: 'Waiting to be sent', write: bytes })],
  ['errors', new Plot({ title: 'Errors a second', write: count, isTrouble: true })],
  ['drops', new Plot({ title: 'Dropped a second', write: count, isTrouble: true })],
]
byId('plots').replaceChildren(...plots.map(([, { element }]) => element))

let api: Api | undefined
let views: [title: string, view: View][] = []
let chosen = 0
let samples: Sample[] = []
let panel: ConnectionPanel | undefined

door.addEventListener('submit', (event) => {
  event.preventDefault()
  void enter(new FormData(door).get('key') as string)
})
byId('leave').addEventListener('click', () => {
  sessionStorage.removeItem(STORED)
  location.reload()
})

const known = sessionStorage.getItem(STORED)
if (known === null) door.hidden = false
else void enter(known)

async function enter(key: string): Promise<void> {
  const asking = new Api(path, key)
  try {
    show(await asking.get<Overview>('/overview'))
  } catch (error) {
    door.hidden = false
    byId('door-error').textContent = (error as Error).message
    return
  }
  sessionStorage.setItem(STORED, key)
  door.hidden = true
  page.hidden = false
  api = asking
  panel = new ConnectionPanel(byId('panel'), asking)
  const open = (id: string): void => void panel?.open(id)
  views = [
    ['Connections', new ConnectionsView(asking, open)],
    ['Rooms', new RoomsView(asking)],
    ['Routes', new RoutesView()],
    ['Totals', new TotalsView()],
    ['Processes', new NodesView()],
    ['Try', new TryView(asking)],
  ]
  choose(0)
  void run()
}

/** Once a second, and not while nobody looks. */
async function run(): Promise<void> {
  for (;;) {
    if (!document.hidden) await update()
    await new Promise((resolve) => setTimeout(resolve, INTERVAL))
  }
}

async function update(): Promise<void> {
  try {
    const overview = await api?.get<Overview>('/overview', { after: samples.at(-1)?.at ?? 0 })
    if (!overview) return
    show(overview)
    await views[chosen]?.[1].update(overview)
    await panel?.update()
    say('Live', false)
  } catch (error) {
    if (error instanceof ApiError && error.code === 401) location.reload()
    say((error as Error).message, true)
  }
}

function say(text: string, isLost: boolean): void {
  if (link.textContent !== text) link.textContent = text
  link.classList.toggle('lost', isLost)
}

function show(overview: Overview): void {
  const { status, uptime, memory, nodes, counters } = overview
  // A server that has started anew counts from the start.
  if (samples.length > 0 && uptime * 1_000 < overview.now - (samples[0]?.at ?? 0) - 5_000) {
    samples = []
  }
  samples = [...samples, ...overview.samples].slice(-KEPT)
  const parts = [status, `up ${ago(uptime * 1_000)}`, `${bytes(memory)} of memory`]
  if (counters.transport) parts.push(`transport ${counters.transport.status}`)
  if (nodes.length > 1) parts.push(`${nodes.length} processes`)
  byId('facts').textContent = parts.join(' · ')
  for (const [key, plot] of plots) {
    plot.show(samples.map((sample) => ({ at: sample.at, value: sample[key] })))
  }
}

function choose(index: number): void {
  chosen = index
  const tabs = views.map(([title], at) =>
    h(
      'button',
      {
        ...{ type: 'button', role: 'tab', 'aria-selected': String(at === index) },
        click: () => choose(at),
      },
      title,
    ),
  )
  byId('tabs').replaceChildren(...tabs)
  const view = views[index]?.[1]
  if (view) byId('view').replaceChildren(view.element)
  void update()
}
