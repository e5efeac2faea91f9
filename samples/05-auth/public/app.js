import { createWsClient, WsClientError } from '/enfilade/client/index.js'
import { byId, drawPeople, drawRole, drawToken, inWords, addLine, say } from './view.js'

const BOARD = '/board'
const PEOPLE = '/people'

/** Of the sign-in whose board is shown. */
let client

// Tokens. They live in this variable's reach only: what lasts is a cookie that no script can read.

async function post(path, body = {}) {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** Asked by the client at each attempt to connect, and whenever the token runs out. */
async function fetchToken() {
  const response = await post('/auth/token')
  // A code that is final: the client does not try again.
  if (response.status === 401) throw new WsClientError(401, 'You are signed out')
  if (!response.ok) throw new Error(`The server answered ${response.status}`)
  const { token } = await response.json()
  drawToken(token)
  return token
}

// The door

byId('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const [name, password] = [byId('name').value, byId('password').value]
  try {
    const response = await post('/auth/sign-in', { name, password })
    if (!response.ok) return say('door-error', 'This name and password do not go together.')
    byId('password').value = ''
    open()
  } catch {
    say('door-error', 'The server cannot be reached.')
  }
})

byId('sign-out').addEventListener('click', async () => {
  await post('/auth/sign-out').catch(() => undefined)
  client.close()
  showDoor('')
})

function showDoor(reason) {
  byId('board').hidden = true
  byId('door').hidden = false
  say('door-error', reason)
  byId('name').focus()
}

// The board

function open() {
  const own = createWsClient('/ws', { token: fetchToken })
  client = own
  own.onStatus((status, close) => {
    if (own !== client) return
    say('status', status)
    if (status === 'closed' && close.code !== 1000) void comeBack(own, close)
  })
  own.on('written', BOARD, addLine)
  own.on('role', PEOPLE, ({ role }) => become(role))
  const board = own.room(BOARD)
  board.onGap(({ reply }) => show(reply))
  board.join().then(show, (error) => own === client && showDoor(inWords(error)))
}

let lastReturn = -Infinity

/** A final code may concern the token only: with a fresh one there may be a way, but not over and over. */
async function comeBack(own, { code, reason }) {
  const isSoon = performance.now() - lastReturn < 5000
  lastReturn = performance.now()
  const mayReturn = code === 4401 && !isSoon && (await post('/auth/token').catch(() => {}))?.ok
  if (own !== client) return
  if (mayReturn) own.connect()
  else showDoor(reason)
}

function show({ name, role, lines }) {
  byId('who').textContent = name
  byId('lines').replaceChildren()
  for (const line of lines) addLine(line)
  byId('door').hidden = true
  byId('board').hidden = false
  become(role)
}

function become(role) {
  drawRole(role)
  if (role === 'host') void listPeople()
}

byId('write').addEventListener('submit', async (event) => {
  event.preventDefault()
  const field = byId('text')
  try {
    await client.call('write', BOARD, { text: field.value })
    field.value = ''
    say('write-error', '')
  } catch (error) {
    say('write-error', inWords(error))
  }
})

// What hosts do

async function listPeople() {
  await act(async () => drawPeople(await client.call('list', PEOPLE), { setRole, signOut }))
}

async function setRole(name, role) {
  await act(() => client.call('role', PEOPLE, { name, role }))
  await listPeople()
}

async function signOut(name) {
  await act(() => client.call('sign-out', PEOPLE, { name }))
  await listPeople()
}

async function act(action) {
  try {
    await action()
    say('people-error', '')
  } catch (error) {
    say('people-error', inWords(error))
  }
}

// A cookie from before lets in without asking.
const response = await post('/auth/token').catch(() => undefined)
if (response?.ok) open()
else showDoor('')
