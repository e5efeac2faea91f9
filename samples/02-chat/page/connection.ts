import type { WsClient, WsStatus } from 'enfilade/client'
import { byId } from './dom.js'

/** What is shown of the connection. */
type Shown = WsStatus | 'offline'

const STATUS: Record<Shown, string> = {
  connecting: 'Connecting…',
  open: 'Connected',
  reconnecting: 'Reconnecting…',
  offline: 'Offline',
  closed: 'Disconnected',
}

const WAITS = 'What you write is sent as soon as you are back.'

/** Shows how the connection stands, here and there on the page, and offers to connect again. */
export function showConnection(client: WsClient, takeGap: () => boolean): void {
  let reason = ''
  let wasLost = false
  let note: string | undefined
  let node = ''

  const draw = (): void => {
    const { status } = client
    // The browser knows at once; the socket may take a while to notice.
    const shown = !navigator.onLine && status !== 'closed' ? 'offline' : status
    document.body.dataset.connection = shown
    for (const id of ['lobby-status', 'room-status']) {
      byId(id).dataset.status = shown
      byId(id).textContent = (note ?? STATUS[shown]) + (shown === 'open' ? node : '')
    }
    const banners: Partial<Record<Shown, string>> = {
      reconnecting: `Connection lost. Reconnecting… ${WAITS}`,
      offline: `You are offline. ${WAITS}`,
      closed: `Disconnected. ${reason || 'The server ended the connection'}.`,
    }
    byId('banner-text').textContent = banners[shown] ?? ''
    for (const button of document.querySelectorAll<HTMLElement>('.connect')) {
      button.hidden = shown !== 'closed'
    }
  }

  client.onStatus((status, close) => {
    reason = close?.reason.replace(/\.$/, '') ?? ''
    const isBack = status === 'open' && wasLost
    wasLost = status === 'open' ? false : wasLost || status === 'reconnecting'
    note = isBack && !takeGap() ? 'Connected again. Nothing was missed.' : undefined
    draw()
  })
  // Where the app is several processes, as in 07-cluster, they say their names.
  client.on<string>('node', '/node', (name) => {
    node = ` · ${name}`
    draw()
  })
  for (const event of ['online', 'offline']) {
    addEventListener(event, () => {
      note = undefined
      draw()
    })
  }
  for (const button of document.querySelectorAll('.connect')) {
    button.addEventListener('click', () => client.connect())
  }
  draw()
}
