import { awkwardTests } from '../support/awkward.js';
import { deepValues, wideTable } from '../support/awkward-sizes.js';

awkwardTests({
  'a hundred thousand columns': wideTable(100_000),
  'lists and objects a hundred thousand levels deep': deepValues(100_000),
});
