import { fileURLToPath } from 'node:url'
import { serve } from '../serve.js'
import { createWhiteboard } from './whiteboard.js'

const folder = process.env.WHITEBOARD_FOLDER ?? fileURLToPath(new URL('./data/', import.meta.url))
const port = await serve(createWhiteboard(folder), 'npm run sample:whiteboard')

console.log(`
Draw on a whiteboard:  http://localhost:${port}

Open its address in a second window, and draw in both. Share it for those who shall only look. Stop
the server with Ctrl+C, draw on, reload the page, and start the server again.
`)
