import { serve } from '../serve.js'
import { createBoard, PASSWORD } from './board.js'

/** Seconds a token is good for: short, so that one can watch it being replaced. */
const seconds = Number(process.env.TOKEN_SECONDS ?? 60)

const port = await serve(createBoard(seconds), 'npm run sample -- 05-auth')

console.log(`
The board is open:  http://localhost:${port}

Sign in as ann (may write), ben (may only read) or henri (the host), each in a private window.
The password of each is: ${PASSWORD}

As henri let ben write, or sign ann out. Leave a window alone for ${seconds} seconds, and watch
its token being replaced.
`)
