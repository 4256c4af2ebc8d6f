import fc from 'fast-check';

/** Property tests draw the same cases in every run, so that the same code gives the same result; PROPERTY_SEED=n draws others. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.PROPERTY_SEED ?? 1) });
