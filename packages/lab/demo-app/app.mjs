// A small web service: says its version, and fails as often as it is told to.
import { createServer } from 'node:http'

const { HOST, PORT, VERSION = 'v0', ERROR_EVERY = '0', START_SECONDS = '0' } = process.env
const errorEvery = Number(ERROR_EVERY)
let served = 0
let leaving = false

const server = createServer((request, response) => {
  response.setHeader('x-app-version', VERSION)
  if (leaving) response.setHeader('connection', 'close')
  if (request.url === '/healthz') return response.end('ok')
  served += 1
  const fails = errorEvery > 0 && served % errorEvery === 0
  const wantsPage = request.headers.accept?.includes('text/html')
  response.writeHead(fails ? 500 : 200, { 'content-type': wantsPage ? 'text/html; charset=utf-8' : 'application/json' })
  response.end(wantsPage ? page(fails) : JSON.stringify({ version: VERSION, ok: !fails }))
})
// Longer than a load balancer keeps an idle connection (ALB: 60 s), so that it is never the application that closes first.
server.keepAliveTimeout = 75_000

setTimeout(
  () => server.listen(Number(PORT), HOST, () => console.log(`${VERSION} listens on ${HOST}:${PORT}`)),
  Number(START_SECONDS) * 1000,
)

// Takes no new connections, answers what is on its way, and leaves when all have gone.
process.once('SIGTERM', () => {
  if (!server.listening) process.exit(0)
  leaving = true
  server.close(() => process.exit(0))
})

function page(fails) {
  return `<!doctype html><title>web ${VERSION}</title><h1>${VERSION}</h1><p>${fails ? 'Something went wrong.' : 'Hello.'}</p>\n`
}
