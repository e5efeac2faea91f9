/** What is stored of a document cannot be read, or not be trusted. It is left as it is. */
export class DocumentStorageError extends Error {
  override readonly name: string = 'DocumentStorageError'
}
