import { serve } from '../serve.js'
import { createNode } from './node.js'
import { createPlainLogger } from './plain-logger.js'
import { RedisArchive } from './redis-archive.js'

const { NODE_NAME: name = 'node', REDIS_URL: url = 'redis://localhost:6379' } = process.env
const archive = new RedisArchive(url)
const app = createNode({ name, url, archive, logger: createPlainLogger(name) })
const port = await serve(app, 'npm run sample:cluster')

const stop = async (): Promise<void> => {
  await app.close({ drain: 2 })
  // The connections to Redis are this process's own, not the app's.
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
// Whoever started this node is gone.
process.once('disconnect', () => void stop())
process.send?.({ port })
