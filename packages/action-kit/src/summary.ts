/** A piece of the step summary in markdown, ready to be shown: every value in it is escaped. */
export interface Block {
  readonly markdown: string
  /** The block in at most `bytes`, with a note of what was left out; undefined when nothing useful fits. */
  cut?(bytes: number): string | undefined
}

/** GitHub refuses a step summary above 1 MiB and then shows none (docs: "job summaries are isolated between steps"); some room is for notes. */
export const BYTE_BUDGET = 1024 * 1024 - 2_048

/** Room for the note of what was left out of one block. */
const NOTE_BYTES = 128

/** Text whose characters mean themselves, in HTML as in markdown, also as the first of a line. */
export function escapeMarkup(value: string): string {
  return value
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~@$]|^[-=]/g, entity)
    .replace(/^(\d+)([.)])/, (_match, digits: string, point: string) => digits + entity(point))
    .replaceAll(/\r?\n|\r/g, '<br>')
}

export function heading(title: string, level: 2 | 3 = 2): Block {
  return { markdown: `${'#'.repeat(level)} ${escapeMarkup(title)}\n` }
}

export function paragraph(value: string): Block {
  return { markdown: `${escapeMarkup(value)}\n` }
}

/** A paragraph that is one link; only `https://` and `http://` addresses become one. */
export function link(label: string, address: string): Block {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) return paragraph(label)
  return { markdown: `[${escapeMarkup(label)}](<${new URL(address).href.replaceAll('>', '%3E')}>)\n` }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): Block {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkup).join(' | ')} |`
  return lines([line(head), `|${' --- |'.repeat(head.length)}`], rows.map(line), [], 'rows')
}

/** Preformatted text; a fence longer than any inside it cannot be closed by what it holds. */
export function code(value: string, language: '' | 'json' | 'sql' | 'yaml' = ''): Block {
  const longest = Math.max(2, ...[...value.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return lines([`${fence}${language}`], value.split('\n'), [fence], 'lines')
}

/** Blocks that are folded away under a title. */
export function details(title: string, blocks: readonly Block[]): Block {
  const head = `<details><summary>${escapeMarkup(title)}</summary>\n\n`
  const foot = '\n</details>\n'
  return {
    markdown: `${head}${join(blocks)}${foot}`,
    cut(bytes) {
      const inside = fit(blocks, bytes - Buffer.byteLength(head + foot))
      return inside === '' ? undefined : `${head}${inside}${foot}`
    },
  }
}

/** Collects blocks in order; beyond the budget whole rows, lines and blocks are left out, and a note says how many. */
export class Summary {
  readonly #blocks: Block[] = []

  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  add(blocks: readonly Block[]): void {
    this.#blocks.push(...blocks)
  }

  render(budget = BYTE_BUDGET): string {
    return fit(this.#blocks, budget)
  }
}

/** A block of lines between a head and a foot, of which the last ones can be left out. */
function lines(head: readonly string[], body: readonly string[], foot: readonly string[], what: string): Block {
  return {
    markdown: `${[...head, ...body, ...foot].join('\n')}\n`,
    cut(bytes) {
      let left = bytes - NOTE_BYTES - Buffer.byteLength([...head, ...foot].join('\n'))
      const kept = body.findIndex((line) => {
        left -= Buffer.byteLength(line) + 1
        return left < 0
      })
      if (kept <= 0) return undefined
      return `${[...head, ...body.slice(0, kept), ...foot].join('\n')}\n\n${leftOut(body.length - kept, what)}`
    },
  }
}

/** As much of the blocks, in order, as the bytes allow. */
function fit(blocks: readonly Block[], bytes: number): string {
  if (Buffer.byteLength(join(blocks)) <= bytes) return join(blocks)
  const kept: string[] = []
  let room = bytes - NOTE_BYTES
  let missing = 0
  for (const block of blocks) {
    const markdown = Buffer.byteLength(block.markdown) + 1 <= room ? block.markdown : block.cut?.(room - 1)
    if (markdown === undefined) {
      missing += 1
      continue
    }
    room -= Buffer.byteLength(markdown) + 1
    kept.push(markdown)
  }
  if (missing > 0) kept.push(leftOut(missing, 'sections'))
  return kept.join('\n')
}

function leftOut(count: number, what: string): string {
  return `*… ${count} more ${what} left out: GitHub shows at most 1 MiB a step.*\n`
}

function join(blocks: readonly Block[]): string {
  return blocks.map(({ markdown }) => markdown).join('\n')
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`
}
