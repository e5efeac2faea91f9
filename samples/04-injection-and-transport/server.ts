import { chosenPort, serve } from '../serve.js'
import { createAuctionHouse } from './house.js'

const COMMAND = 'npm run sample -- 04-injection-and-transport'
const first = chosenPort()
const { north, south } = createAuctionHouse()
const northPort = await serve(north, COMMAND, first)
const southPort = await serve(south, COMMAND, first === 0 ? 0 : first + 1)

console.log(`
One auction house, two salerooms:
    north  ws://localhost:${northPort}
    south  ws://localhost:${southPort}

Watch a lot in the north, bid in the south, and see it in the north:

    npx wscat --connect ws://localhost:${northPort}
    > {"id":1,"event":"watch","path":"/lots/vase"}

    npx wscat --connect ws://localhost:${southPort}
    > {"id":1,"event":"bid","path":"/lots/vase","data":{"amount":100}}

Then look here, and again when you disconnect. Ctrl+C stops both.
`)
