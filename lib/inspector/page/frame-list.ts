import type { FramePage } from './api.js'
import { bytes, clock, h } from './dom.js'

const KEPT = 500
/** Pixels from its end within which a list follows what comes. */
const NEAR = 40

/** What a connection sends and is sent, as it comes. */
export class FrameList {
  readonly element = h('ol', { class: 'frames', 'aria-label': 'Messages', tabindex: 0 })
  #last = 0

  constructor() {
    this.clear()
  }

  /** The number of the last frame. */
  get last(): number {
    return this.#last
  }

  clear(): void {
    this.#last = 0
    const text = 'What it sends and is sent from now on appears here.'
    this.element.replaceChildren(h('li', { class: 'empty' }, text))
  }

  add(frames: FramePage['frames']): void {
    const list = this.element
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR
    if (frames.length > 0) list.querySelector('.empty')?.remove()
    for (const frame of frames) {
      const missed = frame.number - this.#last - 1
      if (missed > 0)
        list.append(h('li', { class: 'gap' }, `${missed} came faster than this page asks`))
      this.#last = frame.number
      list.append(line(frame))
    }
    while (list.children.length > KEPT) list.firstChild?.remove()
    if (isAtEnd) list.scrollTop = list.scrollHeight
  }
}

function line({ at, way, text, bytes: size }: FramePage['frames'][number]): HTMLElement {
  const isError = way === 'out' && /^\{("id":[^,]*,)?"error":|"event":"\$error"/.test(text)
  const title = `${way === 'in' ? 'From the client' : 'To the client'}, ${bytes(size)}`
  return h(
    'li',
    { class: isError ? `${way} failed` : way },
    h('time', {}, clock(at)),
    h('span', { class: 'way', title }, way === 'in' ? '→' : '←'),
    h('code', {}, text),
  )
}
