/** A piece of the step summary in markdown, ready to be shown: every value in it is escaped. */
export interface Block {
  readonly markdown: string
}

/** GitHub refuses a step summary above 1 MiB and then shows none; the rest is room for the note on what was left out. */
export const BYTE_BUDGET = 1024 * 1024 - 2_048

/** Text whose characters mean themselves, in HTML as in markdown. */
export function escapeMarkup(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~@]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(/\r?\n/g, '<br>')
}

export function heading(title: string, level: 2 | 3 = 2): Block {
  return { markdown: `${'#'.repeat(level)} ${escapeMarkup(title)}\n` }
}

export function paragraph(value: string): Block {
  return { markdown: `${escapeMarkup(value)}\n` }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): Block {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkup).join(' | ')} |`
  return { markdown: `${[line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n')}\n` }
}

export function details(title: string, blocks: readonly Block[]): Block {
  const inside = blocks.map(({ markdown }) => markdown).join('\n')
  return { markdown: `<details><summary>${escapeMarkup(title)}</summary>\n\n${inside}\n</details>\n` }
}

/** Preformatted text; a fence longer than any inside it cannot be closed by what it holds. */
export function code(value: string, language = ''): Block {
  const longest = Math.max(2, ...[...value.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return { markdown: `${fence}${language}\n${value}\n${fence}\n` }
}

/** Collects blocks in order and drops whole ones, with a note, when the budget is spent. */
export class Summary {
  readonly #blocks: Block[] = []

  add(blocks: readonly Block[]): void {
    this.#blocks.push(...blocks)
  }

  render(budget = BYTE_BUDGET): string {
    const kept: string[] = []
    let bytes = 0
    for (const { markdown } of this.#blocks) {
      const size = Buffer.byteLength(markdown) + 1
      if (bytes + size > budget) continue
      bytes += size
      kept.push(markdown)
    }
    const left = this.#blocks.length - kept.length
    if (left > 0)
      kept.push(paragraph(`${left} section(s) did not fit GitHub's limit of 1 MiB a step and were left out.`).markdown)
    return kept.join('\n')
  }
}
