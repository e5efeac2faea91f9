import { useSyncExternalStore } from 'react'

const DEFAULT = 'studio'

/** The board that the address names. */
export function useBoardName(): string {
  return useSyncExternalStore(subscribe, readName)
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

function readName(): string {
  try {
    return decodeURIComponent(location.hash.slice(1)).trim().toWellFormed() || DEFAULT
  } catch {
    return DEFAULT
  }
}
