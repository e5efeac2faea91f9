import type { Asked, AskPlan } from '../cluster/asks.js'
import type { WsPush } from '../protocol/records.js'
import type { RoomCount, RoomsElsewhere } from '../rooms/rooms-elsewhere.js'
import type { ClusterOrder, ClusterQuestion } from './cluster-question.js'
import type { ConnectionPlace, ServerElsewhere, UserPlaces } from './server-elsewhere.js'

/** The node of this process among the others. */
export interface ClusterAccess {
  ask(plan: AskPlan): Promise<Asked>
  sync(deadline: number): Promise<boolean>
}

/** What rooms and server ask of the other processes. */
export class ClusterCalls implements RoomsElsewhere, ServerElsewhere {
  readonly #cluster: ClusterAccess
  readonly #push: (user: string, push: WsPush) => void

  /** @param push tells all others of a push to a user */
  constructor(cluster: ClusterAccess, push: (user: string, push: WsPush) => void) {
    this.#cluster = cluster
    this.#push = push
  }

  async count(room: string, deadline: number): Promise<RoomCount> {
    const { results, partial } = await this.#ask({ name: 'count', room }, deadline)
    return { count: sum(results), partial }
  }

  sync(deadline: number): Promise<boolean> {
    return this.#cluster.sync(deadline)
  }

  kick(room: string, member: string, deadline: number): Promise<number> {
    return this.order({ name: 'kick', room, member }, deadline)
  }

  async find(user: string, deadline: number): Promise<UserPlaces> {
    const { results, partial } = await this.#ask({ name: 'find', user }, deadline)
    return { connections: results.flat().filter(isPlace), partial }
  }

  async order(question: ClusterOrder, deadline: number): Promise<number> {
    const { results } = await this.#cluster.ask({ question, deadline, once: true })
    return sum(results)
  }

  push(user: string, push: WsPush): void {
    this.#push(user, push)
  }

  #ask(question: ClusterQuestion, deadline: number): Promise<Asked> {
    return this.#cluster.ask({ question, deadline })
  }
}

function sum(results: readonly unknown[]): number {
  return results.reduce<number>((total, result) => total + (Number(result) || 0), 0)
}

function isPlace(value: unknown): value is ConnectionPlace {
  const { id, node, remoteAddress } = (value ?? {}) as Record<string, unknown>
  return [id, node, remoteAddress].every((each) => typeof each === 'string')
}
