#!/usr/bin/env node
import { runCli } from '../../dist/index.js'

const output = { write: (text) => process.stdout.write(text), error: (text) => process.stderr.write(text) }
process.exitCode = await runCli(process.argv.slice(2), output)
