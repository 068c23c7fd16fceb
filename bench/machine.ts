import { cpus, release, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  cpu: string;
  memoryBytes: number;
  kernel: string;
  node: string;
  /** `server_version` of the server that has both databases. */
  postgres: string;
  /** The server's settings that are not its defaults. */
  settings: Record<string, string>;
}

export function describeMachine({ postgres, settings }: Pick<Machine, 'postgres' | 'settings'>): Machine {
  const cores = cpus();
  return {
    cores: cores.length,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.versions.node,
    postgres,
    settings,
  };
}
