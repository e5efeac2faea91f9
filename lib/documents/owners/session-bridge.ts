import type { JsonValue } from '../../protocol/documents/document-record.js'

/**
 * What the application knows of a session (`meta`), on its way to the owner of the document, where rules
 * and hooks ask for it.
 */
export interface SessionBridge {
  /** Writes it as JSON, where the session is. */
  describe(meta: unknown): JsonValue
  /**
   * Makes something of it that rules and hooks can use, at the owner.
   *
   * @param order sends something to {@link obey}, where the session is
   */
  receive(about: JsonValue, order: (order: JsonValue) => void): unknown
  /** It is another now, or over when there is nothing. */
  update(meta: unknown, about: JsonValue | undefined): void
  /** Does what the owner wants of the session's connection, where the session is. */
  obey(meta: unknown, order: JsonValue): void
}
