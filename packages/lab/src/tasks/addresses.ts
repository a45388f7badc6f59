import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import type { Addresses } from '../ports.ts'

/** Holding this port on the block's last address tells other labs on the machine that the block is taken. */
const CLAIM_PORT = 48_999
const TRIES = 20
/** Addresses of a block, apart from the claim's. */
const LAST = 0xff_00

/** A block 127.a.*.* that no other lab on this machine uses. Linux answers on all of 127/8; other systems on 127.0.0.1 only. */
export async function claimAddresses(): Promise<Addresses> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const block = `127.${randomInt(2, 250)}`
    const claim = await listen(`${block}.255.254`)
    if (claim === 'unavailable') return { shared: true, next: () => '127.0.0.1', close: async () => {} }
    if (claim === 'taken') continue
    let last = 0
    return {
      shared: false,
      next() {
        last = (last % LAST) + 1
        return `${block}.${last >> 8}.${last & 255}`
      },
      close: () => new Promise((resolve) => claim.close(() => resolve())),
    }
  }
  throw new Error(`No free block of loopback addresses after ${TRIES} tries`)
}

function listen(address: string): Promise<Server | 'taken' | 'unavailable'> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.unref()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('taken')
      else if (error.code === 'EADDRNOTAVAIL') resolve('unavailable')
      else reject(error)
    })
    server.listen(CLAIM_PORT, address, () => resolve(server))
  })
}
