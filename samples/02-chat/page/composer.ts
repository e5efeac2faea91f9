import { byId } from './dom.js'

const MAX_TEXT = 2000

interface ComposerParts {
  readonly onSay: (text: string) => void
  readonly onTyped: () => void
}

/** The field that messages are written in. */
export class Composer {
  readonly #field = byId<HTMLTextAreaElement>('text')

  constructor({ onSay, onTyped }: ComposerParts) {
    const form = byId<HTMLFormElement>('say')
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const text = this.#field.value.trim()
      if (text === '') return
      this.#set('')
      this.showError('')
      onSay(text)
    })
    this.#field.addEventListener('keydown', (event) => {
      // While an input method composes, Enter chooses a word.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      form.requestSubmit()
    })
    this.#field.addEventListener('input', () => {
      this.#draw()
      this.showError('')
      if (this.#field.value.trim() !== '') onTyped()
    })
    addEventListener('resize', () => this.#draw())
  }

  focus(): void {
    this.#field.focus()
  }

  showError(text: string): void {
    byId('say-error').textContent = text
    if (text === '') this.#field.removeAttribute('aria-invalid')
    else this.#field.setAttribute('aria-invalid', 'true')
  }

  /** Puts back what could not be sent, before what has been written since. */
  putBack(text: string): void {
    const { value } = this.#field
    this.#set(value === '' ? text : `${text}\n${value}`)
  }

  #set(text: string): void {
    this.#field.value = text
    this.#draw()
  }

  #draw(): void {
    this.#field.style.height = 'auto'
    this.#field.style.height = `${this.#field.scrollHeight}px`
    const length = Array.from(this.#field.value.trim()).length
    const leftOver = byId('left-over')
    leftOver.textContent = length > MAX_TEXT - 200 ? `${MAX_TEXT - length}`.replace('-', '−') : ''
    leftOver.classList.toggle('over', length > MAX_TEXT)
  }
}
