import { Access, Param, Session } from 'enfilade'
import { Document, FileStorage } from 'enfilade/documents'
import { BoardKeys } from './board-keys.js'
import { Box, Note, Stroke, Visitor } from './shapes.js'

/** Each board is a document: in a folder of its own, open while somebody looks at it. */
@Document('/board/:board', {
  records: { note: Note, box: Box, stroke: Stroke },
  presence: Visitor,
  storage: FileStorage,
})
export class BoardDocument {
  constructor(private readonly keys: BoardKeys) {}

  @Access() access(@Session('key') key: string, @Param('board') board: string) {
    return this.keys.mayWith(board, key)
  }
}
