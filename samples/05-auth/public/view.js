// What is drawn, without a word to the server. Text from others is only ever set as text.

const ROLES = { reader: 'may only read', writer: 'may write', host: 'host' }

export const byId = (id) => document.getElementById(id)

export function say(id, text) {
  byId(id).textContent = text
}

function element(tag, text) {
  const made = document.createElement(tag)
  made.textContent = text
  return made
}

export function addLine({ by, text }) {
  const line = document.createElement('li')
  const words = element('span', text)
  words.dir = 'auto'
  line.append(element('b', by), ' ', words)
  byId('lines').append(line)
  line.scrollIntoView({ block: 'nearest' })
}

export function drawRole(role) {
  say('role', ROLES[role])
  say('write-error', '')
  byId('people').hidden = role !== 'host'
}

let tokens = 0

/** Shows what is in a token: anybody who has it can read it, but only the server can make one. */
export function drawToken(token) {
  const [, payload] = token.split('.')
  const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
  say('tokens', String(++tokens))
  say('until', new Date(exp * 1000).toLocaleTimeString())
}

export function drawPeople(people, { setRole, signOut }) {
  const items = people.map(({ name, role, connections }) => {
    const item = document.createElement('li')
    const select = document.createElement('select')
    select.setAttribute('aria-label', `What ${name} may do`)
    for (const [value, text] of Object.entries(ROLES)) select.append(new Option(text, value))
    select.value = role
    select.addEventListener('change', () => setRole(name, select.value))
    const out = element('button', 'Sign out')
    out.className = 'quiet'
    out.setAttribute('aria-label', `Sign ${name} out`)
    out.addEventListener('click', () => signOut(name))
    const count = connections === 1 ? '1 window' : `${connections} windows`
    item.append(element('b', name), element('span', count), select, out)
    return item
  })
  byId('people-list').replaceChildren(...items)
}

/** An error in words a person can use. */
export function inWords({ code, message, details }) {
  const rules = Array.isArray(details) ? details.map((detail) => detail.message) : []
  if (rules.length > 0) return `${rules.join('. ')}.`
  return code === 500 ? 'Something went wrong on the server.' : `${message}.`
}
