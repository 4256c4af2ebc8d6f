import { readFileSync } from 'node:fs';
import { FactorRecommender } from 'attune';

/** A process that holds one part of a model, and answers for all users. */
const part = FactorRecommender.fromBytes(readFileSync(process.argv[2]));
console.log(`lists ${JSON.stringify(Array.from(part.users, (user) => part.recommend(user, { n: 10 })))}`);
