import { createWsClient, WsClientError } from 'enfilade/client'
import { Composer } from './composer.js'
import { showConnection } from './connection.js'
import { Conversation } from './conversation.js'
import { byId } from './dom.js'
import { inWords } from './in-words.js'
import { Log } from './log.js'
import type { Letter } from './outbox.js'
import { countUnread, keep, recall, roomOfAddress, showRoomInTitle } from './tab.js'

const nameField = byId<HTMLInputElement>('name')
const roomField = byId<HTMLInputElement>('room-name')
const joinButton = byId<HTMLButtonElement>('join-button')
const lobbyError = byId('lobby-error')

const client = createWsClient('/ws')
const log = new Log(byId('log'), byId('newer'))
let conversation: Conversation | undefined

const composer = new Composer({
  onSay: (text) => conversation?.say({ id: newId(), text }),
  onTyped: () => conversation?.typing.touch(),
})
showConnection(client, () => conversation?.takeGap() ?? true)

// The lobby

byId('join').addEventListener('submit', (event) => {
  event.preventDefault()
  const name = nameField.value.trim()
  const roomName = roomField.value.trim().toWellFormed()
  if (name === '') refuse(nameField, 'Say who you are: the others see your name.')
  else if (roomName === '') refuse(roomField, 'Name a room, or pick one of those below.')
  else if (joinButton.ariaBusy !== 'true') void enter(name, roomName)
})

for (const chip of document.querySelectorAll<HTMLElement>('.chips .chip')) {
  chip.addEventListener('click', () => {
    roomField.value = chip.textContent
    if (nameField.value.trim() === '') nameField.focus()
    else joinButton.focus()
  })
}

async function enter(name: string, roomName: string): Promise<void> {
  joinButton.ariaBusy = 'true'
  lobbyError.textContent = ''
  markWrong(undefined)
  const next: Conversation = new Conversation({
    ...{ client, log, name, roomName },
    onHeard: countUnread,
    onRefused: (letter, error) => putBack(letter, error),
    onSentAway: (error) => sentAway(next, error),
  })
  try {
    await next.enter()
    conversation = next
    keep('name', name)
    history.replaceState(null, '', `#${encodeURIComponent(roomName)}`)
    openRoom(roomName)
  } catch (error) {
    if (!(error instanceof WsClientError) || error.code !== 400) refuseEntry(inWords(error))
    else if (error.details) refuse(nameField, inWords(error))
    else refuse(roomField, `This cannot be a room. ${inWords(error)}`)
  } finally {
    joinButton.ariaBusy = 'false'
  }
}

/** Nothing is wrong with what was typed. */
function refuseEntry(text: string): void {
  lobbyError.textContent = text
}

function refuse(field: HTMLElement, text: string): void {
  lobbyError.textContent = text
  markWrong(field)
  field.focus()
}

/** One field, or none. */
function markWrong(wrong: HTMLElement | undefined): void {
  for (const field of [nameField, roomField]) {
    if (field === wrong) field.setAttribute('aria-invalid', 'true')
    else field.removeAttribute('aria-invalid')
  }
}

// The room

function openRoom(roomName: string): void {
  byId('room-title').textContent = roomName
  byId('lobby').hidden = true
  byId('room').hidden = false
  showRoomInTitle(roomName)
  composer.focus()
}

function closeRoom(): void {
  conversation = undefined
  composer.showError('')
  byId('room').hidden = true
  byId('lobby').hidden = false
  showRoomInTitle(undefined)
  roomField.focus()
  roomField.select()
}

byId('leave').addEventListener('click', () => {
  conversation?.leave()
  closeRoom()
})

function sentAway(from: Conversation, error: unknown): void {
  if (conversation !== from) return
  from.leave()
  closeRoom()
  refuseEntry(error === undefined ? 'You were taken out of the room.' : inWords(error))
}

function putBack({ id, text }: Letter, error: unknown): void {
  log.dropPending(id)
  composer.putBack(text)
  composer.showError(`Not sent. ${inWords(error)}`)
}

byId('people-toggle').addEventListener('click', ({ currentTarget }) => {
  const toggle = currentTarget as HTMLElement
  toggle.ariaExpanded = String(toggle.ariaExpanded !== 'true')
})

/** `crypto.randomUUID` is missing where a page is not served over TLS, nor from this machine. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

nameField.value = recall('name')
roomField.value = roomOfAddress() || 'general'
if (nameField.value === '') nameField.focus()
else joinButton.focus()
