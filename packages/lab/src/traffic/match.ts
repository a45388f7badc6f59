import { BlockList, isIPv4 } from 'node:net'
import type { RuleCondition, RuleConfig } from '../ports.ts'

/** What a rule looks at in a request. */
export interface RequestFacts {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly sourceAddress: string
}

/** The first rule, in order of priority, all of whose conditions hold. */
export function ruleFor(rules: readonly RuleConfig[], request: RequestFacts): RuleConfig | undefined {
  return rules.find(({ conditions }) => conditions.every((condition) => holds(condition, request)))
}

function holds({ field, values, headerName, pairs = [] }: RuleCondition, request: RequestFacts): boolean {
  switch (field) {
    case 'path-pattern':
      return values.some((value) => wildcard(value).test(request.path))
    case 'host-header':
      return values.some((value) => wildcard(value, 'i').test(request.host.replace(/:\d+$/, '')))
    case 'http-header': {
      const header = request.headers[(headerName ?? '').toLowerCase()]
      const found = [header ?? []].flat()
      return values.some((value) => found.some((each) => wildcard(value, 'i').test(each)))
    }
    case 'http-request-method':
      return values.includes(request.method)
    case 'query-string':
      return pairs.some(({ key, value }) =>
        [...request.query].some(
          ([name, text]) => (key === undefined || wildcard(key, 'i').test(name)) && wildcard(value, 'i').test(text),
        ),
      )
    case 'source-ip':
      return values.some((value) => inBlock(request.sourceAddress, value))
  }
}

/** `*` is any run of characters, `?` exactly one; everything else means itself. */
function wildcard(pattern: string, flags = ''): RegExp {
  const body = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${body}$`, `s${flags}`)
}

function inBlock(address: string, block: string): boolean {
  const [network = '', prefix = '32'] = block.split('/')
  const plain = address.replace(/^::ffff:/, '')
  if (!isIPv4(plain) || !isIPv4(network)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(prefix))
  return list.check(plain)
}
