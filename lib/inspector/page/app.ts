import { Api, ApiError, type Overview } from './api.js'
import { ConnectionPanel } from './connection-panel.js'
import { ConnectionsView } from './connections-view.js'
import { ago, byId, bytes, count } from './dom.js'
import { NodesView } from './nodes-view.js'
import { Plots } from './plots.js'
import { RoomsView } from './rooms-view.js'
import { RoutesView } from './routes-view.js'
import { Tabs } from './tabs.js'
import { TotalsView } from './totals-view.js'
import { TryView } from './try-view.js'

const STORED = 'enfilade-inspector-key'
const INTERVAL = 1_000

const path = document.body.dataset.path ?? ''
const door = byId('door') as HTMLFormElement
const link = byId('link')
const plots = new Plots(byId('plots'))

door.addEventListener('submit', (event) => {
  event.preventDefault()
  void enter(new FormData(door).get('key') as string)
})
byId('leave').addEventListener('click', () => {
  sessionStorage.removeItem(STORED)
  location.reload()
})

const known = sessionStorage.getItem(STORED)
if (known === null) openDoor()
else void enter(known)

function openDoor(why = ''): void {
  door.hidden = false
  byId('door-error').textContent = why
  byId('key').focus()
}

async function enter(key: string): Promise<void> {
  const api = new Api(path, key)
  let overview: Overview
  try {
    overview = await api.get<Overview>('/overview')
  } catch (error) {
    openDoor((error as Error).message)
    return
  }
  sessionStorage.setItem(STORED, key)
  door.hidden = true
  byId('inspector').hidden = false
  show(overview)
  const page = furnish(api)
  page.tabs.showCounts(overview)
  void run(() => update(api, page))
}

interface Furniture {
  readonly tabs: Tabs
  readonly panel: ConnectionPanel
}

function furnish(api: Api): Furniture {
  const inRoom = (room: string): void => {
    connections.showRoom(room)
    tabs.choose('connections')
  }
  const panel = new ConnectionPanel(api, { element: byId('panel'), around: byId('work'), inRoom })
  const connections = new ConnectionsView(api, (id) => void panel.open(id))
  const tabs = new Tabs({ bar: byId('tabs'), view: byId('view'), fail }, [
    {
      ...{ key: 'connections', title: 'Connections', view: connections },
      count: ({ counters }) => counters.connections,
    },
    {
      ...{ key: 'rooms', title: 'Rooms', view: new RoomsView(api, inRoom) },
      count: ({ counters }) => counters.rooms,
    },
    { key: 'routes', title: 'Routes', view: new RoutesView(api) },
    { key: 'totals', title: 'Totals', view: new TotalsView() },
    {
      key: 'processes',
      title: 'Processes',
      view: new NodesView(),
      count: ({ nodes }) => nodes.length,
    },
    { key: 'try', title: 'Try', view: new TryView(api) },
  ])
  return { tabs, panel }
}

/** Once a second, and not while nobody looks. */
async function run(work: () => Promise<void>): Promise<void> {
  for (;;) {
    if (!document.hidden) await work().catch(fail)
    await new Promise((resolve) => setTimeout(resolve, INTERVAL))
  }
}

async function update(api: Api, { tabs, panel }: Furniture): Promise<void> {
  const overview = await api.get<Overview>('/overview', { after: plots.latest })
  show(overview)
  await tabs.update(overview)
  await panel.update()
  say('Live', false)
}

function fail(error: unknown): void {
  if (error instanceof ApiError && error.code === 401) location.reload()
  say((error as Error).message, true)
}

function say(text: string, isLost: boolean): void {
  if (link.textContent !== text) link.textContent = text
  link.classList.toggle('lost', isLost)
}

function show(overview: Overview): void {
  const { status, uptime, memory, nodes, counters } = overview
  const parts = [status, `up ${ago(uptime * 1_000)}`, `${bytes(memory)} of memory`]
  if (counters.transport) parts.push(`transport ${counters.transport.status}`)
  if (nodes.length > 1) parts.push(`${count(nodes.length)} processes`)
  byId('facts').textContent = parts.join(' · ')
  plots.show(overview)
}
