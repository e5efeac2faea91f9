/**
 * A copy that holds on to nothing: text cut out of a message keeps the whole message in memory, and
 * text put together of parts keeps the parts.
 */
export function ownText(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}
