import { createHash } from 'node:crypto'
import { WsError } from '../../errors/ws-error.js'
import { byteLength } from '../../protocol/byte-length.js'

/** The longest key, in bytes. */
const MAX_KEY_BYTES = 1024

/** File systems take 255 bytes. */
const MAX_NAME_LENGTH = 200

/**
 * Refuses keys that are none, or that try to be somewhere else.
 *
 * @throws WsError 400
 */
export function checkStorageKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '' || byteLength(key) > MAX_KEY_BYTES) {
    throw new WsError(400, `A document's path has 1 to ${MAX_KEY_BYTES} bytes`)
  }
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(key) || !key.isWellFormed()) {
    throw new WsError(400, "A document's path has no control characters and no backslashes")
  }
  if (key.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new WsError(400, "A document's path has no . and .. segments")
  }
}

/**
 * A name for a file or folder: lower-case letters, digits, `-`, `_` and `%`, so that it is the same
 * on every file system. Different keys have different names.
 */
export function fileNameOf(key: string): string {
  let name = ''
  for (const byte of new TextEncoder().encode(key)) {
    const char = String.fromCharCode(byte)
    name += /[a-z0-9_-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`
  }
  if (name.length <= MAX_NAME_LENGTH) return name
  const hash = createHash('sha256').update(key).digest('hex')
  // No short name has a "%%" in it.
  return `${name.slice(0, MAX_NAME_LENGTH - hash.length - 2)}%%${hash}`
}
