import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { forward, group, healthy, names, target, traffic, url, useBalancer } from './testing.ts'

useBalancer()

test('a sticky client stays with its group, even at weight 0, until the group leaves the rule', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 }, 60)])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  const cookie = (await fetch(url)).headers.get('set-cookie')?.split(';')[0] ?? ''
  expect(cookie).toMatch(/^AWSALBTG=/)
  const asSticky = async () => (await fetch(url, { headers: { cookie } })).text()
  traffic.setRules('listener', [forward({ a: 0, b: 1 }, 60)])
  expect([await asSticky(), await names(3)]).toEqual(['a', { b: 3 }])
  traffic.setRules('listener', [forward({ b: 1 }, 60)])
  expect(await asSticky()).toBe('b')
})

test('a cookie that the balancer did not make is not believed', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 }, 60)])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  const forged = `AWSALBTG=${Buffer.from('b').toString('base64url')}.AAAAAAAAAAAAAAAAAAAAAA`
  expect(await (await fetch(url, { headers: { cookie: forged } })).text()).toBe('a')
})

test('a client that is sticky to a target stays with it while it can be used', async () => {
  group('a', { stickinessSeconds: 60 })
  traffic.setRules('listener', [forward({ a: 1 })])
  const [one] = await Promise.all([target('a', 'one'), target('a', 'two')])
  await healthy('a')
  const first = await fetch(url)
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
  const name = await first.text()
  const asSticky = async () => (await fetch(url, { headers: { cookie } })).text()
  expect(new Set([await asSticky(), await asSticky(), await asSticky()])).toEqual(new Set([name]))
  expect(Object.keys(await names(4)).toSorted()).toEqual(['one', 'two'])
  if (name === 'one') void traffic.deregisterTarget('a', one.address, one.port)
  else
    for (const { address, port } of traffic.targetHealth('a').slice(1))
      void traffic.deregisterTarget('a', address, port)
  expect(await asSticky()).toBe(name === 'one' ? 'two' : 'one')
})

test('a stickiness cookie holds for its duration and is renewed with each answer', async () => {
  group('a')
  group('b')
  traffic.setRules('listener', [forward({ a: 1, b: 0 }, 0.4)])
  await Promise.all([target('a', 'a'), target('b', 'b')])
  await healthy('a', 'b')
  let cookie = ''
  const asSticky = async () => {
    const answer = await fetch(url, { headers: { cookie } })
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    return answer.text()
  }
  await asSticky()
  traffic.setRules('listener', [forward({ a: 0, b: 1 }, 0.4)])
  for (let n = 0; n < 3; n += 1) {
    await sleep(200)
    expect(await asSticky()).toBe('a')
  }
  await sleep(450)
  expect(await asSticky()).toBe('b')
})
