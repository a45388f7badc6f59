/** Text whose characters mean themselves in HTML, in content as in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A table of text; numbers are never broken. A wide one scrolls inside its own box. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => `<td${/^[-\d.,\s%]+$/.test(text) ? ' class="number"' : ''}>${escapeHtml(text)}</td>`
  return [
    '<div class="scroll"><table>',
    `<thead><tr>${head.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n')
}
