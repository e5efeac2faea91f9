import { byId, drawPeople, inWords, Log } from './view.js'
import { Wire } from './wire.js'

const MAX_TEXT = 2000
const TYPING_EVERY = 2_000
const TYPING_SHOWN = 3_500

const lobby = byId('lobby')
const nameField = byId('name')
const roomField = byId('room-name')
const joinButton = byId('join-button')
const lobbyError = byId('lobby-error')
const roomView = byId('room')
const textField = byId('text')
const sayError = byId('say-error')
const log = new Log(byId('log'), byId('newer'))

/** The room one is in: `{ name, path, me, people }`. */
let room
let unread = 0

const wire = new Wire(`${location.origin.replace('http', 'ws')}/ws`, {
  onPush: receive,
  onStatus: showStatus,
})

// Pushes

function receive({ event, path, data }) {
  if (path !== room?.path) return
  if (event === 'said') hear(data)
  else if (event === 'joined') meet(data)
  else if (event === 'left') miss(data)
  else if (event === 'typing') showTyping(data)
}

function hear(said) {
  typing.delete(said.from.id)
  drawTyping()
  log.add(said, false)
  if (document.hidden) unread++
  drawTitle()
}

function meet(person) {
  const before = room.people.get(person.id)
  room.people.set(person.id, person)
  drawPeople(room.people.values(), room.me.id)
  if (!before) log.notice(`${person.name} joined`)
}

function miss(person) {
  if (!room.people.delete(person.id)) return
  typing.delete(person.id)
  drawTyping()
  drawPeople(room.people.values(), room.me.id)
  log.notice(`${person.name} left`)
}

// The lobby

byId('join').addEventListener('submit', async (event) => {
  event.preventDefault()
  const name = nameField.value.trim()
  const roomName = roomField.value.trim().toWellFormed()
  if (name === '') return refuse(nameField, 'Say who you are: the others see your name.')
  if (roomName === '') return refuse(roomField, 'Name a room, or pick one of those below.')
  if (joinButton.ariaBusy === 'true') return
  joinButton.ariaBusy = 'true'
  lobbyError.textContent = ''
  for (const field of [nameField, roomField]) field.removeAttribute('aria-invalid')
  try {
    const path = `/chat/${encodeURIComponent(roomName)}`
    const view = await enter(path, name)
    room = { name: roomName, path }
    log.clear()
    show(view)
    keep('name', name)
    history.replaceState(null, '', `#${encodeURIComponent(roomName)}`)
    openRoom()
  } catch (error) {
    if (error.code !== 400) refuseJoin(inWords(error))
    else if (error.details) refuse(nameField, inWords(error))
    else refuse(roomField, `This cannot be a room. ${inWords(error)}`)
  } finally {
    joinButton.ariaBusy = 'false'
  }
})

for (const chip of document.querySelectorAll('.chips .chip')) {
  chip.addEventListener('click', () => {
    roomField.value = chip.textContent
    if (nameField.value.trim() === '') nameField.focus()
    else joinButton.focus()
  })
}

/** Nothing is wrong with what was typed. */
function refuseJoin(text) {
  lobbyError.textContent = text
}

function refuse(field, text) {
  lobbyError.textContent = text
  field.setAttribute('aria-invalid', 'true')
  field.focus()
}

/** Two messages at once: the server starts them in this order. */
async function enter(path, name) {
  const [me, view] = await Promise.all([wire.call('join', path, { name }), wire.call('look', path)])
  return { me, ...view }
}

function show({ me, people, messages }) {
  room.me = me
  room.people = new Map(people.map((person) => [person.id, person]))
  drawPeople(people, me.id)
  for (const said of messages) log.add(said, said.from.id === me.id)
}

function openRoom() {
  byId('room-title').textContent = room.name
  lobby.hidden = true
  roomView.hidden = false
  unread = 0
  drawTitle()
  textField.focus()
}

// The room

byId('leave').addEventListener('click', async () => {
  const { path } = room
  room = undefined
  typing.clear()
  drawTyping()
  sayError.textContent = ''
  textField.removeAttribute('aria-invalid')
  roomView.hidden = true
  lobby.hidden = false
  drawTitle()
  roomField.focus()
  roomField.select()
  // Without a connection there is nothing to leave: the server has let go already.
  await wire.call('leave', path).catch(() => undefined)
})

byId('say').addEventListener('submit', async (event) => {
  event.preventDefault()
  const text = textField.value.trim()
  if (text === '') return
  const { path } = room
  const dropPending = log.addPending(text)
  setText('')
  lastTyping = 0
  showSayError('')
  try {
    const said = await wire.call('say', path, { text })
    dropPending()
    if (room?.path === path) log.add(said, true)
  } catch (error) {
    dropPending()
    if (room?.path !== path) return
    setText(textField.value === '' ? text : `${text}\n${textField.value}`)
    showSayError(`Not sent. ${inWords(error)}`)
  }
})

textField.addEventListener('keydown', (event) => {
  // While an input method composes, Enter chooses a word.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  byId('say').requestSubmit()
})

textField.addEventListener('input', () => {
  drawComposer()
  showSayError('')
  const now = Date.now()
  if (textField.value.trim() === '' || now - lastTyping < TYPING_EVERY) return
  lastTyping = now
  wire.send('typing', room.path)
})

byId('people-toggle').addEventListener('click', ({ currentTarget }) => {
  currentTarget.ariaExpanded = String(currentTarget.ariaExpanded !== 'true')
})

function setText(text) {
  textField.value = text
  drawComposer()
}

function drawComposer() {
  textField.style.height = 'auto'
  textField.style.height = `${textField.scrollHeight}px`
  const length = [...textField.value.trim()].length
  byId('left-over').textContent =
    length > MAX_TEXT - 200 ? `${MAX_TEXT - length}`.replace('-', '−') : ''
  byId('left-over').classList.toggle('over', length > MAX_TEXT)
}

function showSayError(text) {
  sayError.textContent = text
  if (text === '') textField.removeAttribute('aria-invalid')
  else textField.setAttribute('aria-invalid', 'true')
}

// Who types

const typing = new Map()
let lastTyping = 0

function showTyping({ id, name }) {
  clearTimeout(typing.get(id)?.timer)
  const timer = setTimeout(() => {
    typing.delete(id)
    drawTyping()
  }, TYPING_SHOWN)
  typing.set(id, { name, timer })
  drawTyping()
}

function drawTyping() {
  const names = [...typing.values()].map(({ name }) => name)
  const [first, second] = names
  const texts = ['', `${first} is typing…`, `${first} and ${second} are typing…`]
  byId('typing').textContent = texts[names.length] ?? 'Several people are typing…'
}

// The connection

async function showStatus(status, reason) {
  const texts = {
    connecting: 'Connecting…',
    open: 'Connected',
    reconnecting: 'Connection lost. Reconnecting…',
    closed: `Disconnected. ${reason || 'The server ended the connection'}. Reload the page to try again.`,
  }
  for (const id of ['lobby-status', 'room-status']) {
    byId(id).dataset.status = status
    byId(id).textContent = texts[status]
  }
  typing.clear()
  drawTyping()
  if (status === 'open' && room) await comeBack(room)
}

/** The server knows nothing of the connection before: one enters again, and sees what was missed. */
async function comeBack(former) {
  try {
    const view = await enter(former.path, former.me.name)
    if (room !== former) return
    show(view)
    log.notice('You are back')
  } catch (error) {
    if (room === former && wire.status === 'open') showSayError(inWords(error))
  }
}

// The tab

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) unread = 0
  drawTitle()
})

function drawTitle() {
  const count = unread > 0 ? `(${unread}) ` : ''
  document.title = room ? `${count}${room.name} · Enfilade chat` : 'Enfilade chat'
}

/** Storage may be switched off; then a reload asks again. */
function keep(key, value) {
  try {
    sessionStorage.setItem(key, value)
  } catch {
    // Nothing depends on it.
  }
}

function recall(key) {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

function roomOfAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}

nameField.value = recall('name') ?? ''
roomField.value = roomOfAddress() || 'general'
if (nameField.value === '') nameField.focus()
else joinButton.focus()
