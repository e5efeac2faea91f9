import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from '@jest/globals'
import { prose, readPage, readPages, type Page } from '../support/docs.js'
import { repository } from '../support/fixture.js'

interface Link {
  page: string
  target: string
}

/** The anchors GitHub makes of headings. */
function anchors(page: Page): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

function linksOf(page: Page): Link[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ page: page.path, target }))
    .filter(({ target }) => !/^https?:/.test(target))
}

const links = readPages().flatMap(linksOf)

it('there are links to check', () => {
  expect(links.length).toBeGreaterThan(50)
})

it('every link between pages leads to a file, and to a heading in it', () => {
  const broken = links.filter(({ page, target }) => {
    const [file = '', anchor] = target.split('#')
    const path = file === '' ? page : relative('.', join(dirname(page), file))
    if (!existsSync(join(repository, path))) return true
    return anchor !== undefined && !anchors(readPage(path)).includes(anchor)
  })
  expect(broken).toEqual([])
})

it('every page of docs/ is linked from the README', () => {
  const linked = links.filter(({ page }) => page === 'README.md').map(({ target }) => target)
  const pages = readPages().map(({ path }) => path)
  expect(pages.filter((path) => path.startsWith('docs/') && !linked.includes(path))).toEqual([])
})
