import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVectorFromUpdate,
  UndoManager,
} from 'yjs'

/**
 * What turns a document back into what it was: everything that came since is undone, by new changes,
 * since nothing can be taken out of a document of Yjs.
 *
 * @param current the document, as an update
 * @param snapshot the document as it was, as an update
 */
export function revertUpdate(current: Uint8Array, snapshot: Uint8Array): Uint8Array {
  const doc = new Doc()
  const now = {}
  try {
    applyUpdate(doc, snapshot)
    const undo = new UndoManager(doc, { trackedOrigins: new Set([now]) })
    applyUpdate(doc, current, now)
    undo.undo()
    undo.destroy()
    return encodeStateAsUpdate(doc, encodeStateVectorFromUpdate(current))
  } finally {
    doc.destroy()
  }
}
