// What is drawn, without a word to the server. Text from others is only ever set as text.

const GROUP_WITHIN = 3 * 60_000

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

export const byId = (id) => document.getElementById(id)

export function element(tag, className, text) {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

/** A colour and one letter for a name, the same in every tab. */
export function avatar(name) {
  const [letter = '?'] = name
  const made = element('span', 'avatar', letter.toLocaleUpperCase())
  let hash = 7
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360
  made.style.setProperty('--hue', String(hash))
  made.setAttribute('aria-hidden', 'true')
  return made
}

/** The list of messages: grouped by author, kept at its end while the reader is there. */
export class Log {
  #root
  #newer
  #last
  #known = new Set()
  #isFollowing = true

  constructor(root, newer) {
    this.#root = root
    this.#newer = newer
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

  clear() {
    this.#root.replaceChildren(element('p', 'empty', 'Nothing has been said here yet.'))
    this.#last = undefined
    this.#known.clear()
    this.#newer.hidden = true
  }

  /** Draws a message; `mine` on the right. One that is there already is left alone. */
  add({ id, from, text, at }, mine) {
    if (this.#known.has(id)) return
    this.#known.add(id)
    const isNext =
      this.#last?.name === from.name &&
      this.#last.mine === mine &&
      at - this.#last.at < GROUP_WITHIN
    const item = element('article', `message${mine ? ' mine' : ''}${isNext ? ' next' : ''}`)
    item.append(this.#head(from.name, at, mine), element('p', 'text', text))
    item.lastElementChild.dir = 'auto'
    if (!mine) item.prepend(avatar(from.name))
    this.#append(item, mine)
    this.#last = { name: from.name, mine, at }
  }

  /** Draws a message that is on its way. Returns how to take it away. */
  addPending(text) {
    const item = element('article', 'message mine pending')
    item.append(element('p', 'text', text))
    item.lastElementChild.dir = 'auto'
    item.setAttribute('aria-hidden', 'true')
    this.#append(item, true)
    return () => item.remove()
  }

  notice(text) {
    const item = element('p', 'notice', text)
    item.dir = 'auto'
    this.#append(item, false)
    this.#last = undefined
  }

  #head(name, at, mine) {
    const head = element('h2', 'head')
    const author = element('span', 'author', mine ? 'You' : name)
    author.dir = 'auto'
    const when = element('time', '', time.format(at))
    when.dateTime = new Date(at).toISOString()
    head.append(author, ' ', when)
    return head
  }

  #append(item, mustShow) {
    const follow = mustShow || this.#isFollowing
    this.#root.querySelector('.empty')?.remove()
    this.#root.append(item)
    if (follow) this.#toEnd()
    else this.#newer.hidden = false
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#root
    return scrollHeight - scrollTop - clientHeight < 48
  }

  #toEnd() {
    this.#root.scrollTop = this.#root.scrollHeight
    this.#isFollowing = true
    this.#newer.hidden = true
  }
}

/** Draws who is here, oneself first. */
export function drawPeople(people, myId) {
  const sorted = [...people].sort(
    (a, b) => (b.id === myId) - (a.id === myId) || a.name.localeCompare(b.name),
  )
  const items = sorted.map(({ id, name }) => {
    const item = element('li', 'person')
    const label = element('span', 'name', name)
    label.dir = 'auto'
    item.append(avatar(name), label)
    if (id === myId) item.append(element('span', 'you', 'you'))
    return item
  })
  byId('people-list').replaceChildren(...items)
  byId('people-count').textContent = String(items.length)
}

/** An error in words a person can use. */
export function inWords({ code, message, details }) {
  const rules = Array.isArray(details) ? details.map((detail) => detail.message) : []
  if (rules.length > 0) return `${rules.join('. ')}.`
  if (code === 429) return 'That was too fast. Wait a moment and try again.'
  if (code === 500) return 'Something went wrong on the server. Try again.'
  return `${message.replace(/\.$/, '')}.`
}
