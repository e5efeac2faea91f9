import { serve } from '../serve.js'
import { createEcho } from './echo.js'

const port = await serve(createEcho(), 'npm run sample -- 01-echo')

console.log(`
An echo listens on ws://localhost:${port}

Open http://localhost:${port} in a browser and follow the page, or use a terminal:

    npx wscat --connect ws://localhost:${port}
    > {"event":"say","path":"/echo","data":"hello","id":1}
    > {"event":"say","path":"/echo/3","data":"hello","id":2}
    > {"event":"say","path":"/echo","data":42,"id":3}

Ctrl+C stops it.
`)
