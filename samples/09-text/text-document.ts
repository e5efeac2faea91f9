import { Access, Param, Session } from 'enfilade'
import { Document, FileStorage, type Access as Allowed } from 'enfilade/documents'
import { yjs } from 'enfilade/yjs'
import { accessOf } from './keys.js'

/** What `authorize` found out about a client. */
export interface Visitor {
  readonly key: string
}

/** `TEXTS` says where the texts are kept. */
const { TEXTS = 'build/texts' } = process.env

/** Any client of y-websocket connects to `/text/:name`. */
@Document('/text/:name', {
  engine: yjs({ maxBytes: 2_000_000 }),
  storage: new FileStorage({ folder: TEXTS }),
})
export class TextDocument {
  @Access()
  access(@Param('name') name: string, @Session() { key }: Visitor): Allowed {
    return accessOf(name, key)
  }
}
