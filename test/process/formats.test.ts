import { suiteOfFormats, testBytesOnNode } from '../support/formats.js';

// The other bundles and more actors: test/heavy/formats.test.ts.
suiteOfFormats('builtin');
testBytesOnNode('builtin', ['3']);
