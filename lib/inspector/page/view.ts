import type { Overview } from './api.js'

/** One tab of the page. */
export interface View {
  readonly element: HTMLElement
  /** Called once a second while it is to be seen. */
  update(overview: Overview): Promise<void> | void
}
