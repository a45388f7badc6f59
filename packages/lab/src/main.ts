import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { clockEnvironment, writeClock } from './clock/index.ts'
import type { Image } from './ports.ts'

const USAGE = `Usage: npm run local-aws -- --port N --images FILE [--propagation SECONDS] [--settle SECONDS] [--clock-rate N]

  --port         port of the API on 127.0.0.1; 0 picks a free one
  --images       JSON file: {"web:1": {"command": ["node", "app.mjs"], "cwd": "."}}
  --propagation  wall seconds from a rule change until traffic follows it (default 1)
  --settle       seconds from the end of a minute until its metrics can be read (default 60)
  --clock-rate   lab seconds per real second (default 1)
`

/** Serves until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const { port, images, baseDirectory, propagation, settle, rate } = readArguments()
  const folder = mkdtempSync(join(tmpdir(), 'local-aws-'))
  const file = join(folder, 'clock.json')
  writeClock(file, { rate })
  process.env['LAB_CLOCK'] = file
  // Before anything that reads the time is loaded.
  await import(new URL('./clock/preload.js', import.meta.url).href)
  const { startLocalAws } = await import('./local-aws.ts')

  const starting = startLocalAws({
    port,
    images,
    baseDirectory,
    propagationSeconds: propagation,
    settleSeconds: settle,
  })
  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    await (await starting).close()
    rmSync(folder, { recursive: true, force: true })
    process.exit(0)
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)

  const { url } = await starting
  console.log(`local-aws is ready at ${url}`)
  console.log(`  AWS_ENDPOINT_URL=${url} AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=any`)
  if (rate !== 1) {
    const { LAB_CLOCK, NODE_OPTIONS } = clockEnvironment(file)
    console.log(`  in lab time (${rate} times as fast): LAB_CLOCK=${LAB_CLOCK} NODE_OPTIONS=${NODE_OPTIONS}`)
  }
}

function readArguments() {
  const problems: string[] = []
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      images: { type: 'string' },
      propagation: { type: 'string', default: '1' },
      settle: { type: 'string', default: '60' },
      'clock-rate': { type: 'string', default: '1' },
    },
  })
  const number = (name: string, text: string | undefined, least: number) => {
    const value = Number(text)
    if (text === undefined || !(value >= least))
      problems.push(`--${name} must be a number of at least ${least}, got ${text}`)
    return value
  }
  const port = number('port', values.port, 0)
  const propagation = number('propagation', values.propagation, 0)
  const settle = number('settle', values.settle, 0)
  const rate = number('clock-rate', values['clock-rate'], 0.001)
  let images: Record<string, Image> = {}
  const file = resolve(values.images ?? '')
  try {
    if (values.images === undefined) throw new Error('it is missing')
    images = imagesFrom(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    problems.push(`--images must name a JSON file of images: ${error instanceof Error ? error.message : error}`)
  }
  if (problems.length > 0) throw new UsageError(problems)
  return { port, propagation, settle, rate, images, baseDirectory: dirname(file) }
}

function imagesFrom(value: unknown): Record<string, Image> {
  const entries = Object.entries((value ?? {}) as Record<string, Partial<Image>>)
  for (const [name, { command }] of entries) {
    if (!Array.isArray(command) || command.length === 0) throw new Error(`${name} has no \`command\` list`)
  }
  return Object.fromEntries(entries) as Record<string, Image>
}

class UsageError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.map((problem) => `- ${problem}`).join('\n'))
  }
}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  console.error(isUsage ? `${(error as Error).message}\n\n${USAGE}` : error)
  process.exit(isUsage ? 2 : 1)
})
