import type { Said } from '../chat.channel.js'
import { avatar, element, words } from './dom.js'

const GROUP_WITHIN = 3 * 60_000

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

interface Drawn {
  readonly name: string
  readonly mine: boolean
  readonly at: number
}

/** The list of messages: grouped by author, kept at its end while the reader is there. */
export class Log {
  readonly #known = new Set<string>()
  readonly #pending = new Map<string, HTMLElement>()
  #last: Drawn | undefined
  #isFollowing = true

  constructor(
    private readonly root: HTMLElement,
    private readonly newer: HTMLElement,
  ) {
    newer.addEventListener('click', () => {
      this.#toEnd()
      root.focus()
    })
    root.addEventListener('scroll', () => {
      this.#isFollowing = this.#isAtEnd()
      if (this.#isFollowing) newer.hidden = true
    })
    // The composer grows, a phone's keyboard opens: what was at the end stays there.
    new ResizeObserver(() => {
      if (this.#isFollowing) this.#toEnd()
    }).observe(root)
  }

  get isEmpty(): boolean {
    return this.#known.size === 0
  }

  has({ id }: Said): boolean {
    return this.#known.has(id)
  }

  clear(): void {
    this.root.replaceChildren(element('p', 'empty', 'Nothing has been said here yet.'))
    this.#last = undefined
    this.#known.clear()
    this.#pending.clear()
    this.newer.hidden = true
  }

  /** Draws a message; `mine` on the right. One that is there already is left alone. */
  add(said: Said, mine: boolean): void {
    this.dropPending(said.id)
    if (this.#known.has(said.id)) return
    this.#known.add(said.id)
    const { from, text, at } = said
    const last = this.#last
    const isNext = last?.name === from.name && last.mine === mine && at - last.at < GROUP_WITHIN
    const item = element('article', `message${mine ? ' mine' : ''}${isNext ? ' next' : ''}`)
    item.append(head(said, mine), words('p', 'text', text))
    if (!mine) item.prepend(avatar(from.name))
    this.#append(item, mine)
    this.#last = { name: from.name, mine, at }
  }

  /** Draws a message that is on its way. */
  addPending(id: string, text: string): void {
    const item = element('article', 'message mine pending')
    item.append(words('p', 'text', text))
    item.setAttribute('aria-hidden', 'true')
    this.#pending.set(id, item)
    this.#append(item, true)
  }

  dropPending(id: string): void {
    this.#pending.get(id)?.remove()
    this.#pending.delete(id)
  }

  notice(text: string, className = 'notice'): void {
    this.#append(words('p', className, text), false)
    this.#last = undefined
  }

  /** What is on its way stays below what has been said. */
  #append(item: HTMLElement, mustShow: boolean): void {
    const follow = mustShow || this.#isFollowing
    this.root.querySelector('.empty')?.remove()
    const [firstPending] = this.#pending.values()
    if (item.classList.contains('pending') || !firstPending) this.root.append(item)
    else firstPending.before(item)
    if (follow) this.#toEnd()
    else this.newer.hidden = false
  }

  #isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.root
    return scrollHeight - scrollTop - clientHeight < 48
  }

  #toEnd(): void {
    this.root.scrollTop = this.root.scrollHeight
    this.#isFollowing = true
    this.newer.hidden = true
  }
}

function head({ from, at }: Said, mine: boolean): HTMLElement {
  const made = element('h2', 'head')
  const when = document.createElement('time')
  when.textContent = time.format(at)
  when.dateTime = new Date(at).toISOString()
  made.append(words('span', 'author', mine ? 'You' : from.name), ' ', when)
  return made
}
