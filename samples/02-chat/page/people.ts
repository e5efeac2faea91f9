import type { RosterChange, WsMember } from 'enfilade/client'
import type { Person, Shown } from '../chat.channel.js'
import { avatar, byId, element, words } from './dom.js'

/** A member that has shown itself: who has just come has not. */
type Known = WsMember<Shown>

/** Everybody in a room, oneself first, as far as they have shown who they are. */
export function peopleOf(members: Iterable<WsMember<Shown | null>>, myId = ''): Known[] {
  const known = [...members].filter((member): member is Known => member.state !== null)
  return known.sort(
    (a, b) =>
      Number(b.id === myId) - Number(a.id === myId) || a.state.name.localeCompare(b.state.name),
  )
}

/** Draws who is here. */
export function drawPeople(people: readonly Known[], myId = ''): void {
  const items = people.map(({ id, state: { name } }) => {
    const item = element('li', 'person')
    item.append(avatar(name), words('span', 'name', name))
    if (id === myId) item.append(element('span', 'you', 'you'))
    return item
  })
  byId('people-list').replaceChildren(...items)
  byId('people-count').textContent = String(items.length)
}

/** Who came and who went, as far as others have to be told. */
export class Attendance {
  readonly #names = new Map<string, string>()

  /** What a change comes to; one's own is left out. */
  note(change: RosterChange<Shown | null>, myId = ''): { came: Person[]; went: Person[] } {
    const came: Person[] = []
    const went: Person[] = []
    for (const { id, state } of [...change.join, ...change.update]) {
      if (!state) continue
      if (!this.#names.has(id) && id !== myId) came.push({ id, name: state.name })
      this.#names.set(id, state.name)
    }
    for (const { id } of change.leave) {
      const name = this.#names.get(id)
      if (name !== undefined && id !== myId) went.push({ id, name })
      this.#names.delete(id)
    }
    return { came, went }
  }
}
