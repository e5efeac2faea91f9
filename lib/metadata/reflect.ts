import { createRequire } from 'node:module'
import type {} from 'reflect-metadata'

// Required, not imported: Node parses a CommonJS module that is imported twice, the first time for
// its names, and this one is large.
createRequire(import.meta.url)('reflect-metadata')
