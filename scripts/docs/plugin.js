// What TypeDoc has to be told to make a site of pages that are written for GitHub.
import { basename, dirname, relative } from 'node:path'
import { Converter, ReflectionKind, Slugger } from 'typedoc'
import { ENTRIES } from './entries.js'
import { groupOf, orderOf } from './groups.js'

// Links between the pages name headings as GitHub does.
Slugger.prototype.serialize = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

/** After TypeDoc has put everything in its groups. */
const LAST = -10_000

const TITLE = /^# (.+)\n/

const importNames = new Map(Object.entries(ENTRIES).map(([name, file]) => [file, name]))

const pathOf = (reflection) => reflection.project.files.getReflectionPath(reflection) ?? ''

/** `rooms` for docs/rooms.md, `05-auth` for the page of a sample. */
function pageOf(path) {
  const name = basename(path, '.md')
  return name === 'README' ? basename(dirname(path)) : name
}

export function load(app) {
  const pages = new Map()
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const page = pageOf(pathOf(document))
    pages.set(document, page)
    document.frontmatter.group = groupOf(page)
    document.name = TITLE.exec(document.content[0]?.text ?? '')?.[1] ?? document.name
  })
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return
    reflection.name = importNames.get(relative('.', pathOf(reflection))) ?? reflection.name
  })
  const sort = ({ project }) => {
    for (const group of project.groups ?? []) {
      group.children.sort((a, b) => orderOf(pages.get(a)) - orderOf(pages.get(b)))
    }
  }
  app.converter.on(Converter.EVENT_RESOLVE_END, sort, LAST)
}

/** What stands in backquotes is part of a heading's name, too. */
export function nameHeadings(parser) {
  parser.core.ruler.push('names of headings', ({ tokens, Token }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type !== 'heading_open') continue
      for (const child of tokens[index + 1].children) {
        if (child.type !== 'code_inline') continue
        const text = new Token('text', '', 0)
        text.content = child.content
        child.children = [text]
      }
    }
  })
}
