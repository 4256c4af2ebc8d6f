import { recommenderConformance } from 'attune/authoring';
import { beforeAll, describe, expect, it } from 'vitest';
import { BoughtTogether } from './bought-together.ts';

describe('BoughtTogether', () => {
  recommenderConformance(
    { make: (options) => new BoughtTogether(options), Class: BoughtTogether, can: { similarItems: true } },
    { describe, it, beforeAll, expect },
  );
});
