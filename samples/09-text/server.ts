import { serve } from '../serve.js'
import { createText } from './text.js'

const port = await serve(createText(), 'npm run sample:text')

console.log(`
Something to write on:  http://localhost:${port}

The address is that of a new text. Open it in a second tab to write in both, and the
read-only link of the Share button in a third. Stop the server with Ctrl+C, write on,
and start it again: it has what was written before, and gets what was written meanwhile.
`)
