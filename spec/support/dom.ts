import { JSDOM } from 'jsdom'

/**
 * Gives this process a page. To be imported before anything of React, which looks for one when it is
 * loaded.
 */
const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/' })
for (const name of ['window', 'document', 'HTMLElement', 'Node', 'Element', 'DocumentFragment']) {
  const value = name === 'window' ? window : (window as unknown as Record<string, unknown>)[name]
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

/** The page. */
export const page = window.document
