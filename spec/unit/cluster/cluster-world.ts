import { ClusterState, type NodeChange } from '../../../lib/cluster/cluster-state.js'
import type { ClusterMessage } from '../../../lib/cluster/messages.js'
import { HEARTBEAT } from '../../../lib/cluster/node-table.js'
import { readMessage } from '../../../lib/cluster/read-message.js'
import { writeMessage } from '../../../lib/cluster/write-message.js'
import type { WsMember } from '../../../lib/protocol/v1.js'

const FACTS = { uptime: 0, connections: 0, rooms: 0 }

/** A message on its way. */
interface Letter {
  readonly to: string
  readonly payload: string
}

/** A node of the world. */
export interface WorldNode {
  readonly id: string
  readonly state: ClusterState
  readonly changes: NodeChange[]
  /** What it did to rosters: room and member of each call. */
  readonly heard: string[]
  /** How often it wanted to tell the others something soon. */
  urgencies: number
  nextBeat: number
}

/** Nodes and what is on its way between them. Nothing in it waits: time passes when the spec says so. */
export class ClusterWorld {
  now = 1_000
  letters: Letter[] = []
  readonly nodes = new Map<string, WorldNode>()
  readonly faults: unknown[] = []
  #started = 0

  start(): WorldNode {
    const id = `n${++this.#started}`
    const changes: NodeChange[] = []
    const heard: string[] = []
    const state = new ClusterState(id, {
      send: (message, to) => this.#send(id, message, to),
      node: (change) => changes.push(change),
      changed: (room, member) => heard.push(`${room} ${member}`),
      dirty: (isUrgent) => (node.urgencies += Number(isUrgent)),
      fault: (error) => this.faults.push(error),
    })
    const nextBeat = this.now + HEARTBEAT
    const node: WorldNode = { id, state, changes, heard, urgencies: 0, nextBeat }
    this.nodes.set(id, node)
    state.beat(FACTS, true)
    return node
  }

  /** As `kill -9` does: nobody is told. */
  kill(id: string): void {
    this.nodes.delete(id)
  }

  bye(id: string): void {
    this.#send(id, { kind: 'bye' })
    this.nodes.delete(id)
  }

  /** Lets time pass; heartbeats and expiries happen when they are due. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds
    for (;;) {
      const due = [...this.nodes.values()].map(({ nextBeat, state }) =>
        Math.min(nextBeat, Math.max(this.now, state.deadline)),
      )
      const next = Math.min(...due)
      if (next > end) break
      this.now = next
      for (const node of this.nodes.values()) {
        node.state.expire(this.now)
        if (node.nextBeat > this.now) continue
        node.nextBeat = this.now + HEARTBEAT
        node.state.beat(FACTS)
      }
    }
    this.now = end
  }

  /** Hands one message over: any, again, or never. */
  deliver(index: number, fate: 'arrives' | 'is doubled' | 'is lost' = 'arrives'): void {
    if (this.letters.length === 0) return
    const at = index % this.letters.length
    const letter = this.letters[at] as Letter
    if (fate !== 'is doubled') this.letters.splice(at, 1)
    const node = this.nodes.get(letter.to)
    if (!node || fate === 'is lost') return
    node.state.receive(readMessage(letter.payload), this.now, () => FACTS)
  }

  /** Everything that is on its way arrives, in order, with all that it leads to. */
  settle(): void {
    for (let left = 100_000; this.letters.length > 0; left--) {
      if (left === 0) throw new Error('the nodes never stop talking')
      this.deliver(0)
    }
  }

  /** Time passes without a loss, a heartbeat of every node at least. */
  quiet(rounds = 1): void {
    this.settle()
    for (let step = 0; step < rounds * 10; step++) {
      this.pass(HEARTBEAT / 10)
      this.settle()
    }
  }

  /** Who is in a room, as a node sees it. */
  view(node: WorldNode, room: string): WsMember[] {
    return node.state.presence.members(room).sort((one, other) => (one.id < other.id ? -1 : 1))
  }

  #send(from: string, message: ClusterMessage, to?: string): void {
    const payload = writeMessage({ node: from, generation: 1 }, message)
    const targets = to === undefined ? [...this.nodes.keys()].filter((id) => id !== from) : [to]
    for (const target of targets) this.letters.push({ to: target, payload })
  }
}
