import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { BIN, clientEnvironment } from './python.ts'

/** AWS as moto (getmoto.org) imagines it: somebody else's reading of the same API. */
export interface Moto {
  readonly url: string
  stop(): Promise<void>
}

/** moto_server on a free port. @throws Error when it is not up within 30 s. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort()
  const server = spawn(resolve(BIN, 'moto_server'), ['-H', '127.0.0.1', '-p', `${port}`], {
    env: clientEnvironment(''),
    stdio: 'ignore',
  })
  const failed = once(server, 'error').then(([error]) => {
    throw error
  })
  const ended = once(server, 'exit')
  const stop = async () => {
    server.kill('SIGKILL')
    await ended
  }
  const url = `http://127.0.0.1:${port}`
  const up = (async () => {
    for (let tries = 0; tries < 300 && server.exitCode === null; tries += 1) {
      const isUp = await fetch(`${url}/moto-api/`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isUp) return { url, stop }
      await sleep(100)
    }
    if (server.exitCode === null) await stop()
    throw new Error('moto_server did not start within 30 s')
  })()
  return await Promise.race([up, failed])
}
