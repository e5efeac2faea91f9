/** As V8 writes it. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  /** The node that ran when each sample was taken. */
  readonly samples: readonly number[]
  /** Microseconds from each sample to the one before. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    readonly lineNumber: number
  }
}

/** A function's own time. */
export interface Share {
  readonly name: string
  /** Of the time that the server was not idle. */
  readonly share: number
}

/** Functions that are told. */
const MOST = 20

/** The functions that took the most time by themselves, what they call not counted. */
export function heaviest({ nodes, samples, timeDeltas }: CpuProfile): Share[] {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]))
  const times = new Map<string, number>()
  let busy = 0
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '?'
    if (name === '(idle)') continue
    const time = timeDeltas[index] ?? 0
    busy += time
    times.set(name, (times.get(name) ?? 0) + time)
  }
  return [...times]
    .map(([name, time]) => ({ name, share: time / busy }))
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST)
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '') return name
  return `${name} ${url.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')}:${lineNumber + 1}`
}
