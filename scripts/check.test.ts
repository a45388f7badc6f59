import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { difference } from './check.ts'

test('names each file of dist that differs, is missing or is no longer built, and no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'))
  try {
    const files = (name: string, content: Record<string, string>) => {
      mkdirSync(join(folder, name))
      for (const [file, text] of Object.entries(content)) writeFileSync(join(folder, name, file), text)
      return join(folder, name)
    }
    const dist = files('dist', { 'index.js': 'a', '1.index.js': 'b', '2.index.js': 'c' })
    const fresh = files('fresh', { 'index.js': 'a', '1.index.js': 'B', '3.index.js': 'd' })
    expect(difference(dist, fresh)).toEqual([
      'dist/1.index.js: differs',
      'dist/2.index.js: no longer built',
      'dist/3.index.js: missing',
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
