/** Text that stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

const MAX_SCANNED = 128

/** Whether a text is known to stand in JSON as it is. Past a length to find out costs more than it saves. */
export function isPlainText(text: string): boolean {
  return text.length <= MAX_SCANNED && PLAIN.test(text)
}

/** What `JSON.stringify` puts between the quotes of a text, for less when nothing has to be escaped. */
export function escapeText(text: string): string {
  return isPlainText(text) ? text : JSON.stringify(text).slice(1, -1)
}
