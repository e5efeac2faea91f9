import type { DocumentEngines } from '../documents/document-engine.js'
import { YjsEngine, type YjsEngineOptions } from './yjs-engine.js'

/**
 * Makes documents of Yjs, for the option `engine` of `@Document`. Any client that speaks the wire of
 * y-websocket connects to the path of a document.
 *
 * @throws TypeError for a size that is none
 */
export function yjs(options: Omit<YjsEngineOptions, 'cluster'> = {}): DocumentEngines<YjsEngine> {
  return {
    carrier: 'socket',
    create: ({ path, transport }) =>
      new YjsEngine({ ...options, ...(transport && { cluster: { path, transport } }) }),
  }
}
