import { serve } from '../serve.js'
import { createRestaurant } from './restaurant.js'

const port = await serve(createRestaurant(), 'npm run sample -- 03-validation-and-guards')

console.log(`
The restaurant takes bookings on ws://localhost:${port}

Come as a guest, and book; then book the same again, or with "at":"17:10", or without a table:

    npx wscat --connect "ws://localhost:${port}?token=ann-token"
    > {"id":1,"event":"book","path":"/bookings","data":{"table":2,"at":"19:30","guests":[{"name":"Ann"}]}}

Come as a host, and cancel (a guest may not) or read the journal:

    npx wscat --connect "ws://localhost:${port}?token=henri-token"
    > {"id":2,"event":"cancel","path":"/bookings/2@19:30"}
    > {"id":3,"event":"journal","path":"/bookings"}

Ctrl+C stops it.
`)
