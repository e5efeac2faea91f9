import { ENFILADE_V1 } from '../protocol/subprotocol.js'

/** RFC 6455, 4.1: a sub-protocol is a token of HTTP. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What is wrong with the option `codecs`; `undefined` for nothing. */
export function checkCodecs(value: unknown): string | undefined {
  if (!Array.isArray(value) || !value.every(isCodec)) {
    return 'must be a list of codecs such as msgpack(), each with subprotocol, decode and encode'
  }
  const names = value.map(({ subprotocol }) => subprotocol)
  const wrong = names.find((name) => !TOKEN.test(name) || name === ENFILADE_V1)
  if (wrong !== undefined) return `"${wrong}" is no sub-protocol that a codec may have`
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? undefined : `has "${twice}" twice`
}

function isCodec(value: unknown): value is { subprotocol: string } {
  if (typeof value !== 'object' || value === null) return false
  const { subprotocol, decode, encode } = value as Record<string, unknown>
  return (
    typeof subprotocol === 'string' && typeof decode === 'function' && typeof encode === 'function'
  )
}
