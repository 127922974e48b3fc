import { suiteOfFormats } from '../support/formats.js';

// The other bundles, and any number of actors on native TensorFlow: test/heavy/formats.test.ts.
suiteOfFormats('builtin');
