import { type LabProcess, startLabProcess } from '@interlock/lab'
import { appImages } from '@interlock/lab/shop'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Answer, compare, judge } from './compare.ts'
import { freePort } from './free-port.ts'
import { KNOWN } from './known-differences.ts'
import { type Moto, startMoto } from './moto.ts'
import { runScript } from './python.ts'

let lab: LabProcess
let moto: Moto

beforeAll(async () => {
  lab = await startLabProcess({ images: appImages([{ version: 'v1' }]), settleSeconds: 0 })
  moto = await startMoto()
}, 60_000)
afterAll(async () => {
  await moto?.stop()
  await lab?.close()
})

test('every call that moto has too gets the same members, types and error codes from the lab, but for what is listed', async () => {
  const port = `${await freePort()}`
  const answers = (url: string) => runScript<Record<string, Answer>>('shapes.py', url, port)
  const [ours, theirs] = await Promise.all([answers(lab.url), answers(moto.url)])
  const { lines, unlisted, gone } = judge(ours, theirs, KNOWN)
  const same = lines.filter((line) => line.startsWith('same')).length
  process.stdout.write(
    `${lines.join('\n')}\n${lines.length} calls compared with moto: ${same} same, ${lines.length - same} differ in ${KNOWN.flatMap(({ calls }) => calls).length} listed ways\n`,
  )
  expect({ unlisted, gone }).toEqual({ unlisted: [], gone: [] })
}, 120_000)

test('a member that one side lacks, another type, another error and a listed difference that is gone are all told', () => {
  const members = (given: Record<string, string>): Answer => ({ members: given })
  expect(compare(members({ a: 'list', 'a[]': 'str' }), members({ a: 'list', b: 'structure', 'b.c': 'str' }))).toEqual([
    '- b',
    '+ a[]',
  ])
  expect(compare(members({ a: 'int' }), members({ a: 'str' }))).toEqual(['a: int / str'])
  expect(compare({ error: 'X', status: 400 }, members({}))).toEqual(['error: X 400 / none'])
  const known = [{ calls: ['one', 'two'], path: '+ a', why: '' }]
  expect(judge({ one: members({ a: 'int' }), two: members({}) }, { one: members({}) }, known)).toMatchObject({
    unlisted: ['two | error: none / not called 0'],
    gone: ['two | + a'],
  })
})
