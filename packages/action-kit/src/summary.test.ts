import { expect, test } from '@jest/globals'
import { BYTE_BUDGET, code, details, escapeMarkup, heading, link, paragraph, Summary, table } from './summary.ts'

test('no character of a value is markup', () => {
  const escaped = escapeMarkup('<img src=x> [a](b) **b** `c` | d\n# e $f$ @you ~~g~~ &lt;')
  expect(escaped.replaceAll('<br>', '').replaceAll(/&#?\w+;/g, '')).not.toMatch(/[<>[\]()*`|\n#$@~&]/)
  expect(escaped).toContain('&amp;lt;')
})

test.each(['- item', '= under', '1. one', '12) twelve', '    code', '+ item', '> quote'])(
  '%p stays a line of text',
  (value) => {
    expect(escapeMarkup(value)).toMatch(/^(&#?\w+;|\d+&#\d+;|code)/)
  },
)

test('a cell cannot end its row or its cell', () => {
  const { markdown } = table(['a|b', 'c'], [['x\ny', 'z | z']])
  expect(markdown.split('\n')).toEqual(['| a&#124;b | c |', '| --- | --- |', '| x<br>y | z &#124; z |', ''])
})

test('code cannot close its own fence', () => {
  const { markdown } = code('```\n````', 'sql')
  expect(markdown).toBe('`````sql\n```\n````\n`````\n')
})

test('only web addresses become links', () => {
  expect(link('the run', 'https://github.com/a/b?c=(d)').markdown).toBe('[the run](<https://github.com/a/b?c=(d)>)\n')
  expect(link('the run', 'javascript:alert(1)').markdown).toBe('the run\n')
})

test('a summary within the budget is all its blocks in order', () => {
  const summary = new Summary()
  summary.add([heading('Shifted'), paragraph('all is well')])
  summary.add([details('More', [paragraph('inside')])])
  expect(summary.render()).toBe(
    '## Shifted\n\nall is well\n\n<details><summary>More</summary>\n\ninside\n\n</details>\n',
  )
})

test('beyond the budget whole rows are left out, the rest stays, and a note counts them', () => {
  const rows = Array.from({ length: 40_000 }, (_, n) => [`row ${n}`, 'é'.repeat(20)])
  const summary = new Summary()
  summary.add([heading('Verdict'), details('All', [table(['a', 'b'], rows)]), paragraph('the end')])
  const text = summary.render()
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BYTE_BUDGET)
  expect(Buffer.byteLength(text)).toBeGreaterThan(BYTE_BUDGET - 1_024)
  const shown = text.match(/^\| row \d+ \| é{20} \|$/gm)?.length ?? 0
  expect(text).toContain(`*… ${40_000 - shown} more rows left out`)
  expect(text).toContain('</details>')
  expect(text).toContain('the end')
})

test('a cut block of code is still closed', () => {
  const summary = new Summary()
  summary.add([code(Array.from({ length: 1_000 }, (_, n) => `line ${n}`).join('\n'))])
  expect(summary.render(600)).toMatch(/^```\n(line \d+\n)+```\n\n\*… \d+ more lines left out[^\n]*\*\n$/)
})

test('blocks that cannot be cut are left out whole and counted', () => {
  const summary = new Summary()
  summary.add([paragraph('short'), paragraph('x'.repeat(5_000)), paragraph('also short')])
  expect(summary.render(1_000)).toBe(
    'short\n\nalso short\n\n*… 1 more sections left out: GitHub shows at most 1 MiB a step.*\n',
  )
})
