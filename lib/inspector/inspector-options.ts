import { showValue } from '../errors/show-value.js'

/** Who may look, and where. */
export interface InspectorOptions {
  /**
   * What has to be entered on the page, and is sent with each of its requests; at least 16 characters.
   * Whoever has it sees all messages and may act as the server.
   */
  readonly key: string
  /** Where the page is. Default: `/inspector`. */
  readonly path?: string
}

/** As short keys can be guessed. */
const MIN_KEY = 16
const PATH = /^(\/[\w.-]+)+$/

/** @throws TypeError when an option is not what it may be */
export function checkInspectorOptions(options: InspectorOptions): Required<InspectorOptions> {
  const { key, path = '/inspector' } = options
  if (typeof (key as unknown) !== 'string' || key.length < MIN_KEY) {
    throw new TypeError(`Inspector: key has to be a text of ${MIN_KEY} characters at least`)
  }
  if (typeof (path as unknown) !== 'string' || !PATH.test(path)) {
    throw new TypeError(`Inspector: path has to be like "/inspector", got ${showValue(path)}`)
  }
  return { key, path }
}
