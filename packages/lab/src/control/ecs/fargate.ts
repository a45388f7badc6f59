import { AwsError } from '../../wire/aws-error.ts'

/** Memory in MiB that Fargate allows for CPU units: least, most, step (ECS developer guide, "Task CPU and memory"). */
const SIZES: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
  256: [512, 2_048, 512],
  512: [1_024, 4_096, 1_024],
  1024: [2_048, 8_192, 1_024],
  2048: [4_096, 16_384, 1_024],
  4096: [8_192, 30_720, 1_024],
  8192: [16_384, 61_440, 4_096],
  16384: [32_768, 122_880, 8_192],
}

/**
 * The size as ECS keeps it, in CPU units and MiB: `1 vCPU` is 1024, `2 GB` is 2048.
 *
 * @throws AwsError for a size that Fargate does not have.
 */
export function fargateSize(cpu = '', memory = ''): { cpu: string; memory: string } {
  const units = amount(cpu, /^([\d.]+)\s*vCPU$/i)
  const mebibytes = amount(memory, /^([\d.]+)\s*GB$/i)
  const [least, most, step] = SIZES[units] ?? [1, 0, 1]
  // 256 units allow 512, 1024 and 2048 MiB, but not 1536.
  const isAllowed = mebibytes >= least && mebibytes <= most && mebibytes % step === 0 && mebibytes !== 1_536
  if (!isAllowed) throw new AwsError('ClientException', 'No Fargate configuration exists for given values.')
  return { cpu: `${units}`, memory: `${mebibytes}` }
}

function amount(text: string, thousands: RegExp): number {
  const [, figure] = thousands.exec(text) ?? []
  return figure === undefined ? Number(text) : Number(figure) * 1024
}
