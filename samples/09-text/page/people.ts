import type { Awareness } from 'y-protocols/awareness'
import { byId } from './dom.js'
import type { Me } from './me.js'

/** How many are shown one by one. */
const MAX_SHOWN = 5

/** Shows who is there, this tab first. */
export function showPeople(awareness: Awareness): void {
  const draw = (): void => {
    const people = [...awareness.getStates()]
      .map(([client, { user }]) => ({ client, user: user as Partial<Me> | undefined }))
      .filter(({ user }) => typeof user?.name === 'string')
      .sort((a, b) => Number(isMe(b.client)) - Number(isMe(a.client)) || a.client - b.client)
    const list = byId('people')
    list.replaceChildren(
      ...people.slice(0, MAX_SHOWN).map(({ client, user }) => avatarOf(user ?? {}, isMe(client))),
    )
    const left = people.length - MAX_SHOWN
    if (left > 0) list.append(avatarOf({ name: `+ ${left}` }, false))
  }
  const isMe = (client: number): boolean => client === awareness.clientID
  awareness.on('change', draw)
  draw()
}

function avatarOf({ name = '', color = '' }: Partial<Me>, isMe: boolean): HTMLElement {
  const item = document.createElement('li')
  item.className = 'person'
  item.title = isMe ? `${name} (you)` : name
  item.style.setProperty('--person', color || 'var(--quiet)')
  const initials = document.createElement('span')
  initials.ariaHidden = 'true'
  initials.textContent = initialsOf(name)
  const label = document.createElement('span')
  label.className = 'sr-only'
  label.textContent = item.title
  item.append(initials, label)
  return item
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words
  const firsts = letters.map((word = '') => String.fromCodePoint(word.codePointAt(0) ?? 32))
  return firsts.join('').toLocaleUpperCase()
}
