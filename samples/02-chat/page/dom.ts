/** An element of the page itself. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no #${id}`)
  return found as E
}

/** A new element. Text from others is only ever set as text. */
export function element(tag: string, className = '', text?: string): HTMLElement {
  const made = document.createElement(tag)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

/** The same, in the direction of its own script. */
export function words(tag: string, className: string, text: string): HTMLElement {
  const made = element(tag, className, text)
  made.dir = 'auto'
  return made
}

/** A colour and one letter for a name, the same in every tab. */
export function avatar(name: string): HTMLElement {
  const [letter = '?'] = name
  const made = element('span', 'avatar', letter.toLocaleUpperCase())
  let hash = 7
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360
  made.style.setProperty('--hue', String(hash))
  made.setAttribute('aria-hidden', 'true')
  return made
}
