import type { Addresses } from '../ports.ts'

/** As many as a block has. */
const TRIES = 0xff_00

/** The same addresses without those that `isTaken`: a lab that runs for long goes through its block more than once. */
export function freeAddresses(addresses: Addresses, isTaken: (address: string) => boolean): Addresses {
  return {
    shared: addresses.shared,
    next() {
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        const address = addresses.next()
        if (addresses.shared || !isTaken(address)) return address
      }
      throw new Error(`All ${TRIES} addresses of this lab are in use`)
    },
    close: () => addresses.close(),
  }
}
