import { MemoryHistory } from '../transports/history/memory-history.js'
import type { HistoryEntry } from '../transports/history/ws-history.js'
import { MemorySessionHub } from '../transports/sessions/memory-session-hub.js'
import { MemorySessionStore } from '../transports/sessions/memory-session-store.js'
import type { MemoryDocumentOwners } from '../transports/owners/memory-document-owners.js'
import type { SendToWorker } from './hub-sessions.js'
import { keepOwners, OwnersDesk } from './kept-owners.js'
import type { StoreRequest } from './worker-messages.js'

/** What one app of the workers has in the stores. */
interface Space {
  readonly history: MemoryHistory
  readonly sessions: MemorySessionHub
  readonly owners: MemoryDocumentOwners
}

/** What a supervisor keeps for its workers, so that it outlives each of them. */
export class KeptStores {
  readonly #spaces = new Map<number, Space>()

  /** @internal */
  of(space: number): Space {
    let found = this.#spaces.get(space)
    if (!found) {
      found = {
        history: new MemoryHistory(),
        sessions: new MemorySessionHub(),
        owners: keepOwners(),
      }
      this.#spaces.set(space, found)
    }
    return found
  }
}

/** Does what one worker asks of the stores. */
export class StoreDesk {
  readonly #stores: KeptStores
  readonly #send: SendToWorker
  readonly #sessions = new Map<number, MemorySessionStore>()
  /** Ends of what the worker hears of, by space and room. */
  readonly #heard = new Map<string, () => void>()
  readonly #owners: OwnersDesk

  constructor(stores: KeptStores, send: SendToWorker) {
    this.#stores = stores
    this.#send = send
    this.#owners = new OwnersDesk((space) => stores.of(space).owners, send)
  }

  async handle(space: number, tag: number, request: StoreRequest): Promise<void> {
    const answer = await this.#do(space, request)
    this.#send({ enfilade: 'stored', space, tag, answer })
  }

  /** The worker is gone; what it has kept stays. */
  close(): void {
    this.#owners.close()
    for (const end of this.#heard.values()) end()
    this.#heard.clear()
    for (const store of this.#sessions.values()) store.close()
    this.#sessions.clear()
  }

  #do(space: number, request: StoreRequest): unknown {
    const { history, owners } = this.#stores.of(space)
    switch (request.do) {
      case 'append':
        return history.append(request.room, request.payload, request.how)
      case 'read':
        return history.read(request.room, request.since, request.bounds)
      case 'restart':
        return history.restart(request.room, request.bounds, request.epoch)
      case 'subscribe': {
        this.#subscribe(space, request.room)
        return
      }
      case 'unsubscribe': {
        this.#unsubscribe(space, request.room)
        return
      }
      case 'save':
        return this.#sessionsOf(space).save(request.token, request.record, request.lease)
      case 'renew':
        return this.#sessionsOf(space).renew(request.token, request.lease)
      case 'claim':
        return this.#sessionsOf(space).claim(request.token, request.userId, request.ttl)
      case 'remove':
        return this.#sessionsOf(space).remove(request.token, request.turn)
      case 'claimDocument': {
        this.#owners.hear(space, request.node)
        return owners.claim(request.path, request.node)
      }
      case 'renewDocument':
        return owners.renew(request.path, request.token)
      case 'releaseDocument':
        return owners.release(request.path, request.token)
    }
  }

  #subscribe(space: number, room: string): void {
    const { history } = this.#stores.of(space)
    const handler = (entry: HistoryEntry): void =>
      this.#send({ enfilade: 'entry', space, room, entry })
    history.subscribe(room, handler)
    this.#heard.set(`${space} ${room}`, () => history.unsubscribe(room, handler))
  }

  #unsubscribe(space: number, room: string): void {
    const name = `${space} ${room}`
    this.#heard.get(name)?.()
    this.#heard.delete(name)
  }

  #sessionsOf(space: number): MemorySessionStore {
    let store = this.#sessions.get(space)
    if (!store) {
      store = new MemorySessionStore(this.#stores.of(space).sessions)
      store.onClaimed((token, turn) => this.#send({ enfilade: 'claimed', space, token, turn }))
      this.#sessions.set(space, store)
    }
    return store
  }
}
