import { serve } from '../serve.js'
import { createChat } from './chat.js'

const port = await serve(createChat(), 'npm start')

console.log(`
The chat is open:  http://localhost:${port}

Open it in two tabs, give each a name and join the same room. Then talk to yourself,
leave, come back, write something longer than 2,000 characters, or stop the server
with Ctrl+C and start it again: the tabs find back by themselves.
`)
