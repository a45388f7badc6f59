import { spawn } from 'node:child_process'
import { type AddressInfo, createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BIN, clientEnvironment } from './python.ts'

/** AWS as moto (getmoto.org) imagines it: somebody else's reading of the same API. */
export interface Moto {
  readonly url: string
  stop(): void
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort()
  const server = spawn(resolve(BIN, 'moto_server'), ['-H', '127.0.0.1', '-p', `${port}`], {
    env: clientEnvironment(''),
    stdio: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 300; tries += 1) {
    const isUp = await fetch(`${url}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return { url, stop: () => void server.kill('SIGKILL') }
    await sleep(100)
  }
  server.kill('SIGKILL')
  throw new Error('moto_server did not start within 30 s')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}
