import { WsClientError } from 'enfilade/client'

/** An error in words a person can use. */
export function inWords(error: unknown): string {
  if (!(error instanceof WsClientError)) return 'Something went wrong on this page. Reload it.'
  const { code, message, details } = error
  const rules = Array.isArray(details) ? (details as readonly { message: string }[]) : []
  if (rules.length > 0) return `${rules.map((rule) => rule.message).join('. ')}.`
  if (code === 408) return 'The server cannot be reached. Try again.'
  if (code === 413) return 'That is far too long.'
  if (code === 429) return 'That was too fast. Wait a moment and try again.'
  if (code === 500) return 'Something went wrong on the server. Try again.'
  return `${message.replace(/\.$/, '')}.`
}
