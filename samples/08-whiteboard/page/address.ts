import { useEffect, useState, useSyncExternalStore } from 'react'

/** A board, and the key to it: what stands in the address behind the `#`, which no server sees. */
export interface Address {
  readonly board: string
  readonly key: string
}

/** The board that the address names; a new one when it names none. */
export function useAddress(): { address: Address | undefined; failed: boolean } {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  const [failed, setFailed] = useState(false)
  const address = read(hash)
  const isNew = address === undefined
  useEffect(() => {
    if (!isNew) return undefined
    let isMeant = true
    createBoard().then(
      (made) => {
        if (isMeant) location.replace(linkTo(made))
      },
      () => setFailed(true),
    )
    return () => {
      isMeant = false
    }
  }, [isNew])
  return { address, failed }
}

export function linkTo({ board, key }: Address): string {
  return `${location.origin}${location.pathname}#${board}.${key}`
}

/** The key to look, out of the one to draw: the server does the same. */
export async function readKeyOf(key: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, 24)
}

function read(hash: string): Address | undefined {
  const [board, key] = hash.slice(1).split('.')
  return board && key ? { board, key } : undefined
}

async function createBoard(): Promise<Address> {
  const response = await fetch('/boards', { method: 'POST' })
  if (!response.ok) throw new Error(response.statusText)
  return (await response.json()) as Address
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}
