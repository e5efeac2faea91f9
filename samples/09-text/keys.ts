import { createHash } from 'node:crypto'
import type { Access } from 'enfilade/documents'

/** Of 24 random bytes, and of a digest. */
const WRITE_KEY = /^[\w-]{32}$/
const READ_KEY = /^[\w-]{43}$/

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

/**
 * What a key opens: the name of a text is the digest of its reading key, and that the digest of its
 * writing key. Whoever has one can make what stands below it, and nobody what stands above.
 */
export function accessOf(name: string, key: string): Access {
  if (READ_KEY.test(key)) return digest(key) === name ? 'read' : 'none'
  return WRITE_KEY.test(key) && digest(digest(key)) === name ? 'write' : 'none'
}
