import 'reflect-metadata'
import { createWsApp, type WsApp } from 'enfilade'
import { servePage } from '../serve-page.js'
import { TextDocument, type Visitor } from './text-document.js'

/** The texts, and the page that they are written on. */
export function createText(): WsApp {
  const app = createWsApp({
    controllers: [TextDocument],
    // The provider puts its `params` here.
    authorize: ({ query }): Visitor => ({ key: query.get('key') ?? '' }),
    health: { live: '/healthz' },
  })
  // CodeMirror and the carets of others bring styles of their own.
  servePage(app.http, new URL('public/', import.meta.url), { inlineStyles: true })
  return app
}
