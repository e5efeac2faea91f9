import type { Api, RoomRow } from './api.js'
import { count, h } from './dom.js'
import { ListView } from './list-view.js'

/** The largest rooms, which lead to their members. */
export class RoomsView extends ListView<RoomRow> {
  constructor(api: Api, open: (room: string) => void) {
    super(api, {
      path: '/rooms',
      hint: 'Filter by a part of the name',
      empty: 'There are no rooms',
      key: ({ name }) => name,
      open: ({ name }) => open(name),
      columns: [
        { title: 'Room', text: ({ name }) => name, kind: 'code' },
        { title: 'Members here', text: ({ members }) => count(members), draw: bar },
      ],
    })
  }
}

/** By powers of ten: rooms of 3 and of 3,000 stand in one list. */
const LARGEST = 5

function bar({ members }: RoomRow): Node {
  const share = Math.min(1, Math.log10(members + 1) / LARGEST)
  const fill = h('i')
  fill.style.width = `${(share * 100).toFixed(1)}%`
  return h('div', { class: 'meter' }, h('span', {}, count(members)), h('b', {}, fill))
}
