import { EventEmitter } from 'node:events'
import type { HubSessions } from '../../lib/workers/hub-sessions.js'
import type { StoreDesk } from '../../lib/workers/kept-stores.js'
import type { LinkProcess } from '../../lib/workers/worker-link.js'
import type { SupervisorMessage, WorkerMessage } from '../../lib/workers/worker-messages.js'

/** A line between a worker and its supervisor, in one process: messages are copied, and take a turn. */
export class IpcPair extends EventEmitter implements LinkProcess {
  connected = true
  readonly channel = { unref: () => undefined }
  /** What the worker has told, without what it asked of the hub. */
  readonly told: WorkerMessage[] = []
  sessions: HubSessions | undefined
  desk: StoreDesk | undefined

  send(message: unknown): boolean {
    const copy = structuredClone(message) as WorkerMessage
    setImmediate(() => {
      if (!this.connected) return
      if (copy.enfilade === 'hub') this.sessions?.handle(copy.session, copy.request)
      else if (copy.enfilade === 'store') void this.desk?.handle(copy.space, copy.tag, copy.request)
      else this.told.push(copy)
    })
    return true
  }

  /** What the supervisor sends. */
  readonly order = (message: SupervisorMessage, done?: () => void): void => {
    const copy = structuredClone(message)
    setImmediate(() => {
      done?.()
      if (this.connected) this.emit('message', copy)
    })
  }

  disconnect(): void {
    this.connected = false
    this.sessions?.close()
    this.desk?.close()
    this.emit('disconnect')
  }
}
