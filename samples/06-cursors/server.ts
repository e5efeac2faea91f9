import { serve } from '../serve.js'
import { createBoard } from './board.js'

const port = await serve(createBoard(), 'npm run sample:cursors')

console.log(`
The board is open:  http://localhost:${port}

Open it in two windows, side by side, and move. Click somewhere: the others see where. Switch the
network of a window off and on again, or stop the server with Ctrl+C and start it again.
`)
