import { joinState, type DocumentStore, type KeptDocument } from './document-store.js'
import type { ReplicaEdits } from './document-store.js'
import type { ReplicaState } from './replica-options.js'

interface Slot {
  base?: ReplicaState
  edits?: ReplicaEdits
  isTaken: boolean
}

/** Keeps documents for as long as the process lives: for Node, and for tests. */
export class MemoryDocumentStore implements DocumentStore {
  readonly #slots = new Map<string, Slot[]>()

  open(key: string): Promise<KeptDocument> {
    const slots = this.#slots.get(key) ?? []
    this.#slots.set(key, slots)
    const free = slots.filter(({ isTaken }) => !isTaken)
    let slot = free.find(({ edits }) => edits && edits.pending.length > 0) ?? free[0]
    if (!slot) slots.push((slot = { isTaken: true }))
    slot.isTaken = true
    return Promise.resolve(keptIn(slot))
  }
}

function keptIn(slot: Slot): KeptDocument {
  const { base, edits } = slot
  // As it would be after a way over the disk.
  const state = structuredClone(joinState(base && recordsOf(base), edits))
  return {
    state,
    save: async (next) => {
      slot.base = structuredClone(next)
      slot.edits = structuredClone(next)
      await Promise.resolve()
    },
    saveEdits: async (next) => {
      slot.edits = structuredClone(next)
      await Promise.resolve()
    },
    remove: async () => {
      delete slot.base
      delete slot.edits
      await Promise.resolve()
    },
    release: () => (slot.isTaken = false),
  }
}

function recordsOf({ schema, cursor, records }: ReplicaState): Parameters<typeof joinState>[0] {
  return { schema, records, ...(cursor && { cursor }) }
}
