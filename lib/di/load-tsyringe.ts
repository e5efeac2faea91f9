import { createRequire } from 'node:module'
import type * as Tsyringe from 'tsyringe'
import '../metadata/store.js'

const require = createRequire(import.meta.url)

let path: string | undefined

/**
 * tsyringe, loaded with the first class that has something injected. It has one build for Node, which
 * `import` and `require` share: what is loaded here is what the user imports.
 */
export function loadTsyringe(): typeof Tsyringe {
  return require('tsyringe') as typeof Tsyringe
}

/** Whether anybody has loaded tsyringe. Nothing can be registered anywhere before. */
export function isTsyringeLoaded(): boolean {
  path ??= require.resolve('tsyringe')
  return require.cache[path] !== undefined
}
