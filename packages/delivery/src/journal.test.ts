import type { Journal } from '@interlock/model'
import { expect, test } from '@jest/globals'
import { decodeJournal, encodeJournal } from './journal.ts'

const RULE =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee'
const group = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${name}/73e2d6bc24d8a067`

const journal: Journal = {
  before: {
    weights: [
      { targetGroupArn: group('web-blue'), weight: 100 },
      { targetGroupArn: group('web-green'), weight: 0 },
    ],
    stickinessSeconds: 3600,
  },
  after: {
    weights: [
      { targetGroupArn: group('web-blue'), weight: 0 },
      { targetGroupArn: group('web-green'), weight: 100 },
    ],
    stickinessSeconds: 3600,
  },
  fingerprint: '0123456789abcdef0123456789abcdef',
  release: 'web:42',
  run: '4711',
  at: new Date('2026-11-21T10:00:00Z'),
  previousVersion: 'v1.2.3',
}

test('a journal read from its tags is the journal that was written', () => {
  expect(decodeJournal(encodeJournal(journal), RULE)).toEqual(journal)
})

test('a version that no tag can hold is left out, and the journal is whole without it', () => {
  const { previousVersion: _none, ...rest } = journal
  expect(decodeJournal(encodeJournal({ ...rest, previousVersion: 'sha256:{x}' }), RULE)).toEqual(rest)
})

test('every tag keeps within the characters and the length that Elastic Load Balancing allows', () => {
  const longest: Journal = {
    ...journal,
    before: {
      stickinessSeconds: 604_800,
      weights: ['a', 'b'].map((letter) => ({ targetGroupArn: group(letter.repeat(32)), weight: 999 })),
    },
  }
  for (const [key, value] of encodeJournal(longest)) {
    expect(key).toMatch(/^[\p{L}\p{N} +\-=._:/@]{1,128}$/u)
    expect(value).toMatch(/^[\p{L}\p{N} +\-=._:/@]{1,256}$/u)
  }
})

test('target groups whose names do not fit a tag are refused before anything is written', () => {
  const weights = Array.from({ length: 5 }, (_, at) => ({ targetGroupArn: group(`${at}`.repeat(32)), weight: 100 }))
  expect(() => encodeJournal({ ...journal, before: { weights, stickinessSeconds: 0 } })).toThrow(/do not fit the tag/)
})

test.each([...encodeJournal(journal).keys()].filter((key) => key !== 'interlock:version'))(
  'a journal without its tag %s is no journal',
  (key) => {
    const tags = new Map(encodeJournal(journal))
    tags.delete(key)
    expect(decodeJournal(tags, RULE)).toBeUndefined()
  },
)

test.each([
  ['interlock:before', 'sticky=0'],
  ['interlock:before', 'web/1=x sticky=0'],
  ['interlock:before', 'web/1=1'],
  ['interlock:after', 'web/1=-1 sticky=0'],
  ['interlock:after', '=1 sticky=0'],
  ['interlock:at', 'yesterday'],
])('a journal whose tag %s says "%s" is no journal', (key, value) => {
  expect(decodeJournal(new Map([...encodeJournal(journal), [key, value]]), RULE)).toBeUndefined()
})
