import type { Bench, Measurement, PreparedRow } from './row.js';
import { type CpuByKind, watchServerCpu } from './server-cpu.js';

/** Runs every side in turn, so that what changes on the machine in the meantime changes for all. Returns the measurements by side. */
export async function alternate(
  bench: Bench,
  { sides, figure = ({ seconds }) => seconds }: PreparedRow,
  runs: number,
): Promise<Measurement[][]> {
  const measurements: Measurement[][] = sides.map(() => []);
  for (let run = 1; run <= runs; run++) {
    for (const [index, side] of sides.entries()) {
      await side.reset();
      const stop = await watchServerCpu(bench.server.url());
      let serverCpu: CpuByKind = {};
      const measured = await side.run().finally(async () => {
        serverCpu = await stop();
      });
      const measurement = { ...measured, serverCpu };
      measurements[index]?.push(measurement);
      for (const line of stageLines(measurement)) bench.say(line);
      bench.say(`  run ${run}/${runs} ${side.name.padEnd(24)} ${describe(measurement, figure(measurement))}`);
    }
  }
  return measurements;
}

function describe({ seconds, cpuSeconds, machineCpuSeconds, peakBytes }: Measurement, figure: number): string {
  return [
    `${seconds.toFixed(2)} s`,
    ...(figure === seconds ? [] : [`(judged: ${figure.toPrecision(3)})`]),
    `CPU ${cpuSeconds.toFixed(1)} s of the machine's ${machineCpuSeconds.toFixed(1)} s`,
    `peak ${(peakBytes / 2 ** 20).toFixed(0)} MB`,
  ].join(', ');
}

function stageLines({ stages = [] }: Measurement): string[] {
  const of = (wanted: boolean) =>
    stages
      .filter(({ isCompared }) => isCompared === wanted)
      .map(({ stage, seconds }) => `${stage} ${seconds.toFixed(2)}`)
      .join(', ');
  return stages.length > 0 ? [`    stages: ${of(true)}; apart: ${of(false)}`] : [];
}
