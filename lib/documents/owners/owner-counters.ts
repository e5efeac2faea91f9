/** What an app has counted of documents that have one owner among several processes. */
export interface DocumentOwnerCounters {
  /** Documents that this process owns. */
  owned: number
  /** Documents that this process came to own. */
  claimed: number
  /** Those of them that another process had owned when they were asked for: it was going, or gone. */
  takenOver: number
  /** Documents that this process ceased to own against its will. */
  lost: number
  /** Sessions of this process in documents of others. */
  forwarded: number
  /** Sessions that were forwarded, and ended because their owner was lost, or something on the way. */
  interrupted: number
  /** Sessions of other processes in documents of this one. */
  guests: number
  /** What the application has asked of documents of others. */
  calls: number
  /** Messages to the other processes: of all that is forwarded in one turn to one process. */
  sent: number
  /** Messages from the other processes. */
  received: number
  /** Payloads that are no messages, or of another version. */
  malformed: number
}

export function startOwnerCounters(): DocumentOwnerCounters {
  return {
    ...{ owned: 0, claimed: 0, takenOver: 0, lost: 0 },
    ...{ forwarded: 0, interrupted: 0, guests: 0, calls: 0 },
    ...{ sent: 0, received: 0, malformed: 0 },
  }
}
