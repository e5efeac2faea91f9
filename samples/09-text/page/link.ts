/** What the address opens. */
export interface Link {
  readonly name: string
  /** What is sent to the server. */
  readonly key: string
  readonly readUrl: string
  /** Left out for somebody who may only read. */
  readonly writeUrl?: string
}

const KEY = /^#(?:(write)=([\w-]{32})|read=([\w-]{43}))$/

/**
 * Reads the address; an empty one becomes that of a new text.
 *
 * @returns `undefined` for a link that is not whole
 */
export async function openLink(): Promise<Link | undefined> {
  if (location.hash === '') {
    const fresh = toBase64Url(crypto.getRandomValues(new Uint8Array(24)))
    history.replaceState(null, '', `#write=${fresh}`)
  }
  const match = KEY.exec(location.hash)
  if (!match) return undefined
  const [, , writeKey, givenKey = ''] = match
  const readKey = writeKey === undefined ? givenKey : await digest(writeKey)
  const common = { name: await digest(readKey), readUrl: urlWith(`#read=${readKey}`) }
  if (writeKey === undefined) return { ...common, key: readKey }
  return { ...common, key: writeKey, writeUrl: urlWith(`#write=${writeKey}`) }
}

function urlWith(hash: string): string {
  return new URL(hash, location.href).href
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return toBase64Url(new Uint8Array(bytes))
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
