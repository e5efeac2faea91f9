import type { Text } from 'yjs'
import { byId } from './dom.js'
import { openEditor } from './editor.js'
import { openLink } from './link.js'
import { whoAmI, type Me } from './me.js'
import { showPeople } from './people.js'
import { openSession, type Status } from './session.js'
import { showShare } from './share.js'

const IN_WORDS: Record<Status, string> = {
  connecting: 'Connecting…',
  synced: 'In sync',
  offline: 'Offline',
  closed: 'Closed',
}

const NOTES: Record<Status, string> = {
  connecting: '',
  synced: '',
  offline: 'What you write is kept here and sent as soon as the server is back.',
  closed: '',
}

async function start(): Promise<void> {
  const link = await openLink()
  if (!link) {
    showStatus('closed')
    return
  }
  let access: 'read' | 'write' = link.writeUrl === undefined ? 'read' : 'write'
  let isReady = false
  const session = openSession(link, {
    onStatus: (status) => {
      if (status === 'synced' && !isReady) {
        isReady = true
        // Who is there has been told by now.
        const { awareness } = session.provider
        const others = [...awareness.getStates().values()].map(
          ({ user }) => (user ?? {}) as Partial<Me>,
        )
        showShare(link, awareness, whoAmI(others))
      }
      showStatus(status)
      update()
    },
    onAccess: (told) => {
      access = told
      update()
    },
  })
  const text = session.doc.getText('text')
  const editor = openEditor(byId('editor'), text, session)
  const update = (): void => {
    byId('read-only').hidden = access === 'write'
    editor.setReadOnly(access === 'read' || !isReady)
  }
  showPeople(session.provider.awareness)
  watchText(text)
  editor.focus()
}

function showStatus(status: Status): void {
  const element = byId('status')
  element.textContent = IN_WORDS[status]
  element.dataset.status = status
  byId('note').textContent = NOTES[status]
  byId('closed').hidden = status !== 'closed'
  for (const id of ['paper', 'people', 'share-button', 'count']) {
    byId(id).hidden = status === 'closed'
  }
}

/** The first title is that of the text. */
function watchText(text: Text): void {
  const show = (): void => {
    const written = text.toJSON()
    const [, title] = /^#{1,6} +(.+)$/m.exec(written) ?? []
    const name = title?.trim() ?? 'Untitled'
    byId('title').textContent = name
    document.title = `${name} · Folio`
    const words = written.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0
    byId('count').textContent = words === 1 ? '1 word' : `${words.toLocaleString('en')} words`
  }
  text.observe(show)
  show()
}

window.addEventListener('hashchange', () => location.reload())
void start()
