import type { PrismaPg } from '@prisma/adapter-pg';
import { type GetPrismaClientConfig, getPrismaClient } from '@prisma/client/runtime/client';

/** A client of one model, `tokens { token String @id }`. */
export interface TokensClient {
  tokens: { create(input: { data: { token: string } }): PrismaWork };
  $transaction(work: PrismaWork[]): Promise<unknown>;
  $disconnect(): Promise<void>;
}
type PrismaWork = Promise<unknown>;

/** Prisma has no types for them. */
const COMPILER: string = '@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs';
const COMPILER_WASM: string = '@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs';

/**
 * What `prisma generate` of Prisma 7.10 writes for that model, without its types. It is kept here, for the command downloads an engine that neither it nor the
 * client needs.
 */
const config: GetPrismaClientConfig = {
  previewFeatures: [],
  clientVersion: '7.10.0',
  engineVersion: 'd1b3f377ca835d73fd50954a5e22128b9ebdd6b8',
  activeProvider: 'postgresql',
  inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n\nmodel tokens {\n  token String @id\n}\n',
  runtimeDataModel: JSON.parse(
    '{"models":{"tokens":{"fields":[{"name":"token","kind":"scalar","type":"String"}],"dbName":null,"schema":null}},"enums":{},"types":{}}',
  ),
  parameterizationSchema: {
    strings: JSON.parse(
      '["where","tokens.findUnique","tokens.findUniqueOrThrow","orderBy","cursor","tokens.findFirst","tokens.findFirstOrThrow","tokens.findMany","data","tokens.createOne","tokens.createMany","tokens.createManyAndReturn","tokens.updateOne","tokens.updateMany","tokens.updateManyAndReturn","create","update","tokens.upsertOne","tokens.deleteOne","tokens.deleteMany","having","_count","_min","_max","tokens.groupBy","tokens.aggregate","AND","OR","NOT","token","equals","in","notIn","lt","lte","gt","gte","contains","startsWith","endsWith","not","set"]',
    ),
    graph:
      'JAkQBBoAAB8AMBsAAAQAEBwAAB8AMB0BAAAAAQEAAAABACABAAAAAQAgBBoAAB8AMBsAAAQAEBwAAB8AMB0BACAAIQADAAAABAAgAwAABQAwBAAAAQAgAwAAAAQAIAMAAAUAMAQAAAEAIAMAAAAEACADAAAFADAEAAABACABHQEAAAABAQgAAAkAIAEdAQAAAAEBCAAACwAwAQgAAAsAMAEdAQAkACECAAAAAQAgCAAADgAgAR0BACQAIQIAAAAEACAIAAAQACACAAAABAAgCAAAEAAgAwAAAAEAIA8AAAkAIBAAAA4AIAEAAAABACABAAAABAAgAxUAACEAIBYAACMAIBcAACIAIAQaAAAaADAbAAAXABAcAAAaADAdAQAbACEDAAAABAAgAwAAFgAwFAAAFwAgAwAAAAQAIAMAAAUAMAQAAAEAIAQaAAAaADAbAAAXABAcAAAaADAdAQAbACEOFQAAHQAgFgAAHgAgFwAAHgAgHgEAAAABHwEAAAAEIAEAAAAEIQEAAAABIgEAAAABIwEAAAABJAEAAAABJQEAAAABJgEAAAABJwEAAAABKAEAHAAhDhUAAB0AIBYAAB4AIBcAAB4AIB4BAAAAAR8BAAAABCABAAAABCEBAAAAASIBAAAAASMBAAAAASQBAAAAASUBAAAAASYBAAAAAScBAAAAASgBABwAIQgeAgAAAAEfAgAAAAQgAgAAAAQhAgAAAAEiAgAAAAEjAgAAAAEkAgAAAAEoAgAdACELHgEAAAABHwEAAAAEIAEAAAAEIQEAAAABIgEAAAABIwEAAAABJAEAAAABJQEAAAABJgEAAAABJwEAAAABKAEAHgAhBBoAAB8AMBsAAAQAEBwAAB8AMB0BACAAIQseAQAAAAEfAQAAAAQgAQAAAAQhAQAAAAEiAQAAAAEjAQAAAAEkAQAAAAElAQAAAAEmAQAAAAEnAQAAAAEoAQAeACEAAAABKQEAAAABAAAAAAMVAAYWAAcXAAgAAAADFQAGFgAHFwAIAQIBAgMBBQYBBgcBBwgBCQoBCgwCCw0DDA8BDRECDhIEERMBEhQBExUCGBgFGRkJ',
  },
  compilerWasm: {
    getRuntime: async () => import(COMPILER),
    async getQueryCompilerWasmModule() {
      const { wasm } = await import(COMPILER_WASM);
      return new WebAssembly.Module(Buffer.from(wasm, 'base64'));
    },
    importName: './query_compiler_fast_bg.js',
  },
};

const PrismaClient = getPrismaClient(config) as unknown as new (options: { adapter: PrismaPg }) => TokensClient;

export function tokensClient(adapter: PrismaPg): TokensClient {
  return new PrismaClient({ adapter });
}
