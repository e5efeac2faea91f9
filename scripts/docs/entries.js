// What may be imported, and the file behind it, as package.json says.
import { readFileSync } from 'node:fs'

const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/** Files in lib/ by the names users import. */
export const ENTRIES = Object.fromEntries(
  Object.entries(exports).flatMap(([name, target]) =>
    typeof target === 'string'
      ? []
      : [
          [
            name.replace('.', 'enfilade'),
            target.default.replace('./dist/', 'lib/').replace('.js', '.ts'),
          ],
        ],
  ),
)
