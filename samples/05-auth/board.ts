import { createWsApp, type WsApp } from 'enfilade'
import { container } from 'tsyringe'
import { servePage, serveModule } from '../serve-page.js'
import { BoardController } from './board-controller.js'
import { PeopleController } from './people-controller.js'
import { People } from './people.js'
import { serveSignIn } from './sign-in-routes.js'
import { Tokens } from './tokens.js'

/** Of everybody. */
export const PASSWORD = 'open sesame'

/**
 * A board behind a sign-in: WebSockets on `/ws`, the page on `/`, tokens on `/auth/…`.
 *
 * @param seconds how long a token is good for
 */
export function createBoard(seconds: number): WsApp {
  const people = new People({ ann: 'writer', ben: 'reader', henri: 'host' }, PASSWORD)
  const tokens = new Tokens(people, seconds)
  const app = createWsApp({
    controllers: [BoardController, PeopleController],
    container: container.createChildContainer().registerInstance(People, people),
    upgradePath: '/ws',
    authorize: tokens.authorize,
    awaitToken: true,
  })
  serveSignIn(app.http, people, tokens)
  servePage(app.http, new URL('./public/', import.meta.url))
  const entry = new URL(import.meta.resolve('enfilade/client'))
  serveModule(app.http, { base: '/enfilade/', root: new URL('../', entry), entry })
  return app
}
