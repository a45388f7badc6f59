import { expect, test } from '@jest/globals'
import { labClock } from '../lab-clock.ts'
import { createMetricStore } from '../metrics/index.ts'
import type { Addresses } from '../ports.ts'
import { createContainerRuntime } from '../tasks/index.ts'
import { until } from '../testing/clients.ts'
import { TEST_IMAGES } from '../testing/images.ts'
import { createLoadBalancing } from '../traffic/index.ts'
import { EcsState, Scheduler } from './ecs/index.ts'
import { freeAddresses } from './free-addresses.ts'

/** Three addresses, over and over. */
function three(): Addresses {
  let last = 0
  return { shared: false, next: () => `127.0.0.${(last++ % 3) + 1}`, close: async () => {} }
}

test('gives no address twice while it is in use', () => {
  const taken = new Set<string>()
  const addresses = freeAddresses(three(), (address) => taken.has(address))
  for (let n = 0; n < 3; n += 1) taken.add(addresses.next())
  expect(taken.size).toBe(3)
  expect(() => addresses.next()).toThrow('in use')
  taken.delete('127.0.0.2')
  expect(addresses.next()).toBe('127.0.0.2')
})

test('gives tasks that share one address a port each', async () => {
  const addresses: Addresses = { shared: true, next: () => '127.0.0.1', close: async () => {} }
  const clock = labClock
  const runtime = createContainerRuntime(TEST_IMAGES, '.')
  const metrics = createMetricStore(clock)
  const traffic = createLoadBalancing({ clock, metrics, addresses, propagationSeconds: 0, settleSeconds: 0 })
  const scheduler = new Scheduler({ state: new EcsState(), clock, runtime, traffic, addresses })
  const spec = {
    cluster: { arn: 'arn', name: 'c' },
    group: 'family:web',
    definition: { containerDefinitions: [{ name: 'main', image: 'web', portMappings: [{ containerPort: 8080 }] }] },
  }
  const tasks = [scheduler.startTask(spec), scheduler.startTask(spec)]
  await until('both run', async () => tasks.every(({ lastStatus }) => lastStatus === 'RUNNING'))
  const ports = tasks.map(({ ports }) => ports[0] ?? 0)
  expect(new Set([...ports, 8080]).size).toBe(3)
  for (const port of ports) {
    const answer = () => fetch(`http://127.0.0.1:${port}`).catch(() => undefined)
    expect((await until('it answers', answer)).status).toBe(200)
  }
  scheduler.close()
  await Promise.all([traffic.close(), runtime.close()])
})
