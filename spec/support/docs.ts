import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './fixture.js'

/** A page of the documentation. */
export interface Page {
  /** From the repository's folder: `docs/rooms.md`. */
  path: string
  text: string
}

/** A fenced block of a page. */
export interface CodeBlock {
  page: string
  /** Line of its first line of code, counted from 1. */
  line: number
  /** What follows the fence: `ts`, `json`, `ts foreign`. */
  info: string
  code: string
}

/** README, CHANGELOG and everything in `docs/`. */
export function readPages(): Page[] {
  const docs = readdirSync(join(repository, 'docs')).filter((name) => name.endsWith('.md'))
  const paths = ['README.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)]
  return paths.map(readPage)
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(repository, path), 'utf8') }
}

export function codeBlocks({ path, text }: Page): CodeBlock[] {
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map((match) => ({
    page: path,
    line: text.slice(0, match.index).split('\n').length + 1,
    info: match[1] ?? '',
    code: match[2] ?? '',
  }))
}

/** The text without its code blocks: what is a `#` there is no heading. */
export function prose({ text }: Page): string {
  return text.replace(/^```.*\n[^]*?^```$/gm, '')
}

/** The part of a page under a heading of the second level, as a page. */
export function section({ path, text }: Page, heading: string): Page {
  const found = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))
  if (found === undefined) throw new Error(`${path} has no section "${heading}"`)
  return { path, text: found }
}

/** The rows of the table that starts with this header cell, the first on the page; cells are trimmed. */
export function tableRows(page: Page, header: string): string[][] {
  const lines = page.text.split('\n')
  const start = lines.findIndex((line) => cellsOf(line)[0] === header)
  if (start === -1) throw new Error(`${page.path} has no table that starts with "${header}"`)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end === -1 ? undefined : end).map(cellsOf)
}

/** A cell without its backticks. */
export function plain(cell: string | undefined): string {
  return (cell ?? '').replaceAll('`', '')
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return []
  const cells = line.replaceAll('\\|', '\u0000').split('|').slice(1, -1)
  return cells.map((cell) => cell.replaceAll('\u0000', '|').trim())
}
