// `enfilade/yjs` without a storage, as y-websocket's server has none by default.
import 'reflect-metadata'
import { createWsApp } from '../../dist/index.js'
import { Document } from '../../dist/documents/index.js'
import { yjs } from '../../dist/yjs/index.js'

class TextDocument {}
Document('/text/:name', { engine: yjs() })(TextDocument)

const app = createWsApp({
  controllers: [TextDocument],
  logger: false,
  rateLimit: false,
  maxConnectionsPerIp: 1_000,
})
const { port } = await app.listen(0, '127.0.0.1')
process.send({ port })
