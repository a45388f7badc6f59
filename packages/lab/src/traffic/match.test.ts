import { expect, test } from '@jest/globals'
import type { RuleCondition } from '../ports.ts'
import { type RequestFacts, ruleFor } from './match.ts'

const request: RequestFacts = {
  method: 'GET',
  host: 'Shop.Example.com:8080',
  path: '/api/v1/Items',
  query: new URLSearchParams('colour=Green&size=4'),
  headers: { 'user-agent': 'curl/8', 'x-beta': ['no', 'yes'] },
  sourceAddress: '::ffff:127.0.0.5',
}

test.each<[string, RuleCondition, boolean]>([
  ['a path by wild card', { field: 'path-pattern', values: ['/api/*'] }, true],
  ['a path by single characters', { field: 'path-pattern', values: ['/api/v?/Items'] }, true],
  ['a path only in its own case', { field: 'path-pattern', values: ['/api/v1/items'] }, false],
  ['no path by a part of it', { field: 'path-pattern', values: ['/api'] }, false],
  ['a dot as itself', { field: 'host-header', values: ['shopXexample.com'] }, false],
  ['a host in any case, without its port', { field: 'host-header', values: ['*.example.COM'] }, true],
  ['one of several values of a header', { field: 'http-header', headerName: 'X-Beta', values: ['YES'] }, true],
  ['no header that is absent', { field: 'http-header', headerName: 'X-Alpha', values: ['*'] }, false],
  ['a method', { field: 'http-request-method', values: ['POST', 'GET'] }, true],
  ['a query by key and value', { field: 'query-string', values: [], pairs: [{ key: 'colour', value: 'gr*' }] }, true],
  ['a query by value alone', { field: 'query-string', values: [], pairs: [{ value: '4' }] }, true],
  ['no query with another value', { field: 'query-string', values: [], pairs: [{ key: 'size', value: '5' }] }, false],
  ['an address in a block', { field: 'source-ip', values: ['127.0.0.0/29'] }, true],
  ['no address outside it', { field: 'source-ip', values: ['127.0.0.8/29'] }, false],
])('a condition matches %s', (_what, condition, expected) => {
  const action = { type: 'fixed-response', status: 200, contentType: '', body: '' } as const
  expect(ruleFor([{ arn: 'rule', conditions: [condition], action }], request) !== undefined).toBe(expected)
})
