let waiting: (() => void)[] = []

/**
 * Resolves in a later turn of the event loop, for all that wait at once: so do the answers of a
 * database that came in one read.
 */
export function later(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.length === 0) setImmediate(resolveAll)
    waiting.push(resolve)
  })
}

function resolveAll(): void {
  const resolved = waiting
  waiting = []
  for (const resolve of resolved) resolve()
}
