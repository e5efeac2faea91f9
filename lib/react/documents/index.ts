export { useDocument, type DocumentState } from './use-document.js'
export { useDocumentPresence } from './use-document-presence.js'
export { useRecord, useRecordIds } from './use-record.js'
