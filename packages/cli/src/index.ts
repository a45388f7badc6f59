import { judgeCommand } from './judge.ts'
import { type Output, UsageError } from './usage.ts'

const COMMANDS = { judge: judgeCommand } as const

const HELP = `Usage: interlock <command> [options]

  judge   judge error counts as a watch would: interlock judge --baseline 36/3600 --release 40/600

  interlock <command> --help tells the options of a command.
`

/** Runs the command line. Returns the exit code: 0, 1 when a verdict asks for it, 2 for a command that makes no sense. */
export async function runCli(argv: readonly string[], output: Output): Promise<number> {
  const [name = '', ...rest] = argv
  if (name === '' || name === '--help' || name === 'help') {
    output.write(HELP)
    return name === '' ? 2 : 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined
  if (!command) {
    output.error(`There is no command ${name}.\n\n${HELP}`)
    return 2
  }
  try {
    return command(rest, output)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    output.error(`${error.message}\n`)
    return 2
  }
}
