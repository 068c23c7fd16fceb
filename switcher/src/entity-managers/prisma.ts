import { PrismaPg } from '@prisma/adapter-pg';
import type { CreateManager } from './create-manager.js';

/** `switcher.entityManagers(prismaManager((adapter) => new PrismaClient({ adapter })))`: a PrismaClient for each environment, over the switcher's pool. */
export function prismaManager<Client extends { $disconnect(): Promise<void> }>(
  create: (adapter: PrismaPg) => Client,
): CreateManager<Client> {
  return ({ pool }) => {
    const client = create(new PrismaPg(pool, { disposeExternalPool: false }));
    return { get: () => client, close: () => client.$disconnect() };
  };
}
