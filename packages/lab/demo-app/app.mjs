// A small web service: says its version, and fails as often as it is told to.
import { createServer } from 'node:http'

const { HOST, PORT, VERSION = 'v0', ERROR_EVERY = '0', START_SECONDS = '0' } = process.env
const errorEvery = Number(ERROR_EVERY)
let served = 0

const server = createServer((request, response) => {
  response.setHeader('x-app-version', VERSION)
  if (request.url === '/healthz') return response.end('ok')
  served += 1
  const fails = errorEvery > 0 && served % errorEvery === 0
  response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ version: VERSION, ok: !fails }))
})
// Longer than a load balancer keeps an idle connection, so that it is never the application that closes first.
server.keepAliveTimeout = 75_000

setTimeout(
  () => server.listen(Number(PORT), HOST, () => console.log(`${VERSION} listens on ${HOST}:${PORT}`)),
  Number(START_SECONDS) * 1000,
)

process.once('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
