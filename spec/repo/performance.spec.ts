import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { chartOf, renderReport, withFigures } from '../../benchmarks/report/docs.js'
import type { Report } from '../../benchmarks/report/row.js'
import { readPage } from '../support/docs.js'
import { repository } from '../support/fixture.js'

const read = (path: string): string => readFileSync(join(repository, path), 'utf8')

describe('the figures in docs/performance.md', () => {
  const text = read('benchmarks/results.json')
  const report = JSON.parse(text) as Report

  it('are those of the run that is kept in benchmarks/results.json', () => {
    const page = readPage('docs/performance.md').text
    expect(page).toBe(withFigures(page, report))
  })

  it('are what its chart shows', () => {
    expect(read('docs/performance.svg')).toBe(chartOf(report))
  })

  it('are kept as the harness writes them', () => {
    expect(text).toBe(renderReport(report))
  })
})
