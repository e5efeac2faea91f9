import { errors } from 'jose'
import { WsError } from '../errors/ws-error.js'

/** What is said of a claim that is not as it has to be. */
const CLAIM_TEXTS: Readonly<Record<string, string>> = {
  aud: 'The token is for another audience',
  exp: 'The token has expired',
  iat: 'The token is too old',
  iss: 'The token is from another issuer',
  nbf: 'The token is not valid yet',
  typ: 'The token is of another type',
}

const CODE_TEXTS: Readonly<Record<string, string>> = {
  [errors.JOSEAlgNotAllowed.code]: 'The algorithm of the token is not allowed',
  [errors.JWKSNoMatchingKey.code]: 'The key of the token is unknown',
  [errors.JWSSignatureVerificationFailed.code]: 'The signature of the token is wrong',
}

/** Codes of what is no client's fault: the key set could not be had, or is none. */
const SERVER_FAULTS: readonly string[] = [
  errors.JOSEError.code,
  errors.JWKInvalid.code,
  errors.JWKSInvalid.code,
  errors.JWKSTimeout.code,
]

/**
 * What a failed check says to the client: 401 with a short reason, in which there is nothing of the
 * token. What is not the client's fault stays another error, which is logged and answered by 500.
 */
export function toRefusal(error: unknown): Error {
  if (!(error instanceof errors.JOSEError) || SERVER_FAULTS.includes(error.code)) {
    return new Error('A token could not be checked', { cause: error })
  }
  return new WsError(401, textOf(error))
}

function textOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) {
    return error.claim === 'iat' ? 'The token is too old' : 'The token has expired'
  }
  if (!(error instanceof errors.JWTClaimValidationFailed)) {
    return CODE_TEXTS[error.code] ?? 'The token is malformed'
  }
  const { claim, reason } = error
  if (reason === 'missing') return `The token has no claim "${claim}"`
  const text = reason === 'check_failed' ? CLAIM_TEXTS[claim] : undefined
  return text ?? `The claim "${claim}" of the token is wrong`
}
