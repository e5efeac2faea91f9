import type { WsPush } from '../protocol/records.js'
import type { ClusterOrder } from './cluster-question.js'

/** Where a connection is. */
export interface ConnectionPlace {
  /** Of the connection; `server.disconnect` takes it. */
  readonly id: string
  /** Of the process, as in `server.nodes()`. */
  readonly node: string
  readonly remoteAddress: string
}

/** The connections of a user, in all processes. */
export interface UserPlaces {
  readonly connections: readonly ConnectionPlace[]
  /** Whether a process that lives has not answered: then there may be more. */
  readonly partial: boolean
}

/** What a server asks of the other processes. */
export interface ServerElsewhere {
  find(user: string, deadline: number): Promise<UserPlaces>
  /** @returns how many connections it was about, at those that answered in time */
  order(order: ClusterOrder, deadline: number): Promise<number>
  push(user: string, push: WsPush): void
}
