import type { Awareness } from 'y-protocols/awareness'
import { byId } from './dom.js'
import type { Link } from './link.js'
import { renamed, type Me } from './me.js'

/** The links to hand out, and the name that others see. */
export function showShare(link: Link, awareness: Awareness, whoIAm: Me): void {
  let me = whoIAm
  const show = (): void => awareness.setLocalStateField('user', me)
  const name = byId<HTMLInputElement>('my-name')
  name.value = me.name
  name.addEventListener('input', () => {
    me = renamed(me, name.value)
    show()
  })
  name.addEventListener('blur', () => (name.value = me.name))
  showLink('write-link', link.writeUrl)
  showLink('read-link', link.readUrl)
  show()
}

function showLink(id: string, url: string | undefined): void {
  const row = byId(id)
  row.hidden = url === undefined
  if (url === undefined) return
  const field = row.querySelector('input') as HTMLInputElement
  const button = row.querySelector('button') as HTMLButtonElement
  field.value = url
  field.addEventListener('focus', () => field.select())
  button.addEventListener('click', () => {
    void copy(field).then((isCopied) => {
      button.textContent = isCopied ? 'Copied' : 'Press Ctrl+C'
      setTimeout(() => (button.textContent = 'Copy'), 2_000)
    })
  })
}

async function copy(field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value)
    return true
  } catch {
    field.select()
    return false
  }
}
