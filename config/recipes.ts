/** Recipes and halves of migration pages whose packages are too large for the dependencies of this repository. */
export interface Recipe {
  /** The page, below docs/. */
  page: string;
  packages: string[];
  /** Commands before the types are checked, such as a generator. */
  prepare?: string[][];
  environment?: Record<string, string>;
  /** Options of the compiler that the framework wants. */
  compiler?: Record<string, unknown>;
  /** Files for the check alone: a driver that uses what the page shows. */
  files?: Record<string, string>;
  /** Runs this file with tsx when the types are right. */
  run?: string;
  /** What it must print. */
  prints?: RegExp;
  /** `py` runs the Python block of the page instead. */
  python?: string[];
}

const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };

export const recipes: Record<string, Recipe> = {
  nestjs: {
    page: 'recipes/nestjs.md',
    packages: ['@nestjs/common@12', '@nestjs/core@12', '@nestjs/platform-express@12', 'reflect-metadata', 'rxjs'],
    compiler: decorators,
    files: {
      'check.ts': `import { NestFactory } from '@nestjs/core';
import { RecommendationModule } from './recommendations.module.ts';
const app = await NestFactory.create(RecommendationModule, { logger: false });
await app.listen(0, '127.0.0.1');
console.log(await (await fetch(\`\${await app.getUrl()}/recommendations/Bob\`)).text());
await app.close();`,
    },
    run: 'check.ts',
    prints: /"item":"gyoza"/,
  },
  nextjs: {
    page: 'recipes/nextjs.md',
    packages: ['next@16', 'react@19', 'react-dom@19', '@types/react@19'],
    compiler: { jsx: 'react-jsx' },
    files: {
      'check.ts': `import { NextRequest } from 'next/server';
import { GET } from './app/api/recommendations/route';
console.log(await (await GET(new NextRequest('http://localhost/api/recommendations?user=Bob'))).text());
console.log((await GET(new NextRequest('http://localhost/api/recommendations'))).status);`,
    },
    run: 'check.ts',
    prints: /"item":"gyoza"[\s\S]*400/,
  },
  llamaindex: { page: 'recipes/llamaindex.md', packages: ['@llamaindex/core@0.6'], run: 'main.ts', prints: /^warranty$/m },
  prisma: {
    page: 'recipes/prisma.md',
    packages: ['prisma@7', '@prisma/client@7', '@prisma/adapter-libsql@7'],
    // Generating a client needs no engine; a path to one keeps the command from downloading it.
    environment: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
    prepare: [['npx', 'prisma', 'generate', '--schema', 'schema.prisma']],
    files: {
      'check.ts': `import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/client.ts';
import { train } from './train.ts';

const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: 'file:shop.db' }) });
await prisma.$executeRawUnsafe(
  'create table "Order" (id integer primary key autoincrement, customer text, product text, quantity integer, at datetime default current_timestamp)',
);
const line = (customer: string, product: string) => ({ customer, product, quantity: 1 });
await prisma.order.createMany({ data: [line('ann', 'kettle'), line('ann', 'teapot'), line('ben', 'kettle'), line('cleo', 'pan'), line('cleo', 'wok')] });
console.log((await train(prisma)).recommend('ben', { n: 1 })[0].item);
await prisma.$disconnect();
`,
    },
    run: 'check.ts',
    prints: /^teapot$/m,
  },
  vendure: { page: 'recipes/vendure.md', packages: ['@vendure/core@3'], compiler: decorators },
  medusa: { page: 'recipes/medusa.md', packages: ['@medusajs/framework@2', '@medusajs/medusa@2'] },
  orama: { page: 'migrating/orama.md', packages: ['@orama/orama@3'], run: 'Orama.mjs', prints: /\[ '2' \]/ },
  'algolia-recommend': { page: 'migrating/algolia-recommend.md', packages: ['@algolia/recommend@5'] },
  recombee: { page: 'migrating/recombee.md', packages: ['recombee-api-client@6'] },
  implicit: { page: 'migrating/implicit.md', packages: [], python: ['implicit==0.7.3', 'numpy', 'scipy'], prints: /teapot\nwok\nteapot/ },
  lenskit: { page: 'migrating/lenskit.md', packages: [], python: ['lenskit==2025.8.1'], prints: /teapot/ },
};
