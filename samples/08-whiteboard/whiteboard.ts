import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createWsApp, WsError, type WsApp } from 'enfilade'
import { FileStorage } from 'enfilade/documents'
import { container as root } from 'tsyringe'
import { servePage } from '../serve-page.js'
import { BoardDocument } from './board-document.js'
import { BoardKeys } from './board-keys.js'

/**
 * Whiteboards: WebSockets on `/ws`, the page that Vite built on `/`, new boards by a POST to `/boards`.
 *
 * @param folder where boards are kept
 */
export function createWhiteboard(folder: string): WsApp {
  const keys = BoardKeys.in(folder)
  const container = root.createChildContainer()
  container.registerInstance(BoardKeys, keys)
  container.registerInstance(FileStorage, new FileStorage({ folder: join(folder, 'boards') }))
  const app = createWsApp({
    controllers: [BoardDocument],
    container,
    upgradePath: '/ws',
    awaitToken: true,
    authorize: ({ token }) => visitorOf(token),
  })
  app.http.post('/boards', (response) => {
    response.writeHeader('content-type', 'application/json').end(JSON.stringify(keys.create()))
  })
  servePage(app.http, new URL('./public/', import.meta.url))
  return app
}

/** The key of a board, and who one is: a secret of the tab, of which the others see no more than a hash. */
function visitorOf(token: string | undefined): { key: string; userId: string } {
  const [key, secret] = token?.split('.') ?? []
  if (!key || !secret) throw new WsError(401, 'A visitor brings the key of a board')
  return { key, userId: createHash('sha256').update(secret).digest('hex').slice(0, 12) }
}
