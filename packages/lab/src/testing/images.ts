import type { Image } from '../ports.ts'

/** A server that answers its VERSION, and 500 on its health check while SICK is set. */
const SERVER = `
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/healthz' && process.env.SICK) response.statusCode = 500
    response.end(process.env.VERSION ?? 'ok')
  })
  server.listen(process.env.PORT, process.env.HOST)
  process.on('SIGTERM', () => process.exit(0))
`

const node = (script: string): Image => ({ command: [process.execPath, '-e', script], provisionSeconds: 0.1 })

/** What the lab's own tests run. */
export const TEST_IMAGES: Readonly<Record<string, Image>> = {
  web: node(SERVER),
  /** Runs until it is stopped, without a port. */
  idle: node('setInterval(() => {}, 1000)'),
  /** Ends with CODE. A shell, since it must end before the service scheduler takes it for settled. */
  job: { command: ['/bin/sh', '-c', 'exit "$CODE"'], provisionSeconds: 0.1 },
  /** Does not listen to SIGTERM. */
  deaf: node(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`),
  missing: { command: ['/no/such/program'], provisionSeconds: 0.1 },
}
