import type { WsPush } from '../protocol/records.js'
import { Listeners } from './listeners.js'

/** What hears of a push: its data, and all of it. */
export type PushHandler<Data = unknown> = (data: Data, push: WsPush) => void

type PushListeners = Listeners<[data: unknown, push: WsPush]>

/** Who hears which pushes: by event, and by a path or what it starts with. */
export class PushHandlers {
  readonly #events = new Map<string, Map<string, PushListeners>>()
  readonly #report: (error: unknown) => void

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /**
   * @param path exact, or with `*` at its end: `/chat/*`
   * @returns how to stop hearing
   */
  add(event: string, path: string, handler: PushHandler): () => void {
    const paths = this.#events.get(event) ?? new Map<string, PushListeners>()
    this.#events.set(event, paths)
    const listeners: PushListeners = paths.get(path) ?? new Listeners(this.#report)
    paths.set(path, listeners)
    const off = listeners.add(handler)
    return () => {
      off()
      if (listeners.isEmpty && paths.get(path) === listeners) paths.delete(path)
      if (paths.size === 0 && this.#events.get(event) === paths) this.#events.delete(event)
    }
  }

  dispatch(push: WsPush): void {
    const paths = this.#events.get(push.event)
    if (!paths) return
    for (const [path, listeners] of [...paths]) {
      if (isMeant(path, push.path)) listeners.emit(push.data, push)
    }
  }
}

function isMeant(path: string, pushed: string): boolean {
  return path === pushed || (path.endsWith('*') && pushed.startsWith(path.slice(0, -1)))
}
