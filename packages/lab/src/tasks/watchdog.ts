import { spawn } from 'node:child_process'

/** Kills the process groups it was told of when the lab is gone, however the lab went. */
export interface Watchdog {
  guard(pid: number): void
  release(pid: number): void
  close(): void
}

/**
 * A shell in a session of its own that reads pids from a pipe. The pipe ends when this process dies, also by SIGKILL;
 * then it kills what is left. A terminal's Ctrl-C does not reach it.
 */
const SCRIPT = `trap '' INT TERM HUP
pids=' '
while read -r what pid; do
  case $what in
    guard) pids="$pids$pid " ;;
    release) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done`

export function startWatchdog(): Watchdog {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  shell.unref()
  const pipe = shell.stdin
  // The pipe must not keep the lab alive, and a watchdog that died is not worth failing for.
  ;(pipe as unknown as { unref(): void }).unref()
  pipe.on('error', () => {})
  const guarded = new Set<number>()
  const tell = (what: 'guard' | 'release', pid: number) => void pipe.write(`${what} ${pid}\n`)
  return {
    guard(pid) {
      guarded.add(pid)
      tell('guard', pid)
    },
    release(pid) {
      if (guarded.delete(pid)) tell('release', pid)
    },
    close: () => void pipe.end(),
  }
}
