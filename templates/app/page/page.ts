import { createWsClient, WsClientError } from 'enfilade/client'
import { chat, type Said } from '../src/chat.channel.js'

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
const [status, people, log] = [element('status'), element('people'), element('log')]
const [name, text] = [element<HTMLInputElement>('name'), element<HTMLInputElement>('text')]

name.value = localStorage.getItem('name') ?? `Guest ${Math.ceil(Math.random() * 999)}`

const client = createWsClient(`${location.origin.replace('http', 'ws')}/ws`)
const room = client.room(chat, { room: 'general' }, { presence: { name: name.value } })

client.onStatus((now) => {
  status.dataset.status = now
  status.textContent = now === 'open' ? 'Connected' : `${now[0]?.toUpperCase()}${now.slice(1)}…`
})

room.onMembers(() => {
  const items = [...room.members.values()].map(({ id, state }) => {
    const item = document.createElement('li')
    // Who has just come has shown nothing yet.
    const shown = state as typeof state | null
    item.textContent = `${shown?.name ?? 'Somebody'}${id === room.self?.id ? ' (you)' : ''}`
    return item
  })
  people.replaceChildren(...items)
})

room.on('said', show)

name.addEventListener('change', () => {
  if (name.value.trim() === '') return
  localStorage.setItem('name', name.value)
  room.setPresence({ name: name.value })
})

element('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  const said = text.value
  text.value = ''
  room.call('say', { from: name.value, text: said }).then(show, (error: unknown) => {
    text.value = said
    status.textContent = error instanceof WsClientError ? error.message : 'That was not sent'
  })
})

for (const said of await room.join()) show(said)

function show({ from, text: said, at }: Said): void {
  const [item, who, when, what] = ['li', 'b', 'time', 'p'].map((tag) => document.createElement(tag))
  if (!item || !who || !when || !what) return
  who.textContent = from
  when.textContent = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  what.textContent = said
  item.append(who, when, what)
  log.append(item)
  item.scrollIntoView()
}
