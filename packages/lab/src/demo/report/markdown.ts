import { escapeHtml } from './html.ts'

/**
 * A step summary as HTML: the part of GitHub's markdown that action-kit writes (headings, tables, paragraphs, fences,
 * `details`), whose values are escaped by character references already. Any other markup is shown as text.
 */
export function summaryHtml(markdown: string): string {
  const shown: string[] = []
  const lines = markdown.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const fence = /^`{3,}/.exec(line)?.[0]
    const heading = /^(#{1,6}) (.*)$/.exec(line)
    if (fence) {
      const end = lines.indexOf(fence, at + 1)
      const inside = lines.slice(at + 1, end < 0 ? lines.length : end)
      shown.push(`<pre>${escapeHtml(inside.join('\n'))}</pre>`)
      at += inside.length + 1
    } else if (heading) {
      // The page has headings of its own above these.
      const level = Math.min(6, (heading[1]?.length ?? 1) + 2)
      shown.push(`<h${level}>${inline(heading[2] ?? '')}</h${level}>`)
    } else if (line.startsWith('|')) {
      const rows = lines.slice(at, at + lines.slice(at).findIndex((each) => !each.startsWith('|')))
      shown.push(tableOf(rows))
      at += Math.max(0, rows.length - 1)
    } else if (/^<\/?details>/.test(line)) {
      shown.push(inline(line))
    } else if (line.trim() !== '') {
      shown.push(`<p>${inline(line)}</p>`)
    }
  }
  return shown.join('\n')
}

function tableOf(rows: readonly string[]): string {
  const [head = '', , ...body] = rows
  const cells = (row: string, tag: 'th' | 'td') =>
    row
      .replaceAll(/^\|\s*|\s*\|$/g, '')
      .split(/\s*\|\s*/)
      .map((text) => `<${tag}>${inline(text)}</${tag}>`)
      .join('')
  return `<div class="scroll"><table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${body
    .map((row) => `<tr>${cells(row, 'td')}</tr>`)
    .join('\n')}</tbody></table></div>`
}

/** Character references stay what they are; of tags only the few that a summary is built of. */
function inline(text: string): string {
  return escapeHtml(text)
    .replaceAll(/&amp;(#\d+|amp|lt|gt|quot);/g, '&$1;')
    .replaceAll(/&lt;(\/?(?:details|summary|br))&gt;/g, '<$1>')
}
