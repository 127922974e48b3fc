/**
 * Which folder may import which, checked on every test run; CONTRIBUTING.md explains the idea.
 * Type-only imports count: a type that two folders need belongs in a folder below both.
 *
 *   bin → cli → {cluster → replay, inspect, bench, native, prepare} → {read, pool, measure, output, report, host} → {model, protocol} → core
 *                                                                                         actor → {model, protocol} → core
 */
const LOWEST = ['model', 'protocol', 'program', 'core'];
const ENGINE = ['read', 'pool', 'measure', 'output', 'report', 'host'];
const FEATURES = ['replay', 'inspect', 'bench', 'native', 'prepare'];

/** Development dependencies that are bundled into dist/ rather than installed with the package. */
const BUNDLED = ['cli-progress', 'commander', 'csv-parse', 'execa', 'uplot', 'yauzl', 'yazl', 'zod'];

const ENGINE_WHY =
  'engine parts never import one another, so that each can be read and replaced alone; features join them';
const FEATURE_WHY = 'features never import one another: what two of them need belongs in an engine part';

/** Each folder under src/, the folders it may import from, and why no others. */
const FOLDERS = {
  core: {
    allowed: [],
    why: 'core holds the shared vocabulary and pure functions: it imports nothing of ours',
  },
  program: {
    allowed: [],
    why: 'program says which program this is and where its files are; every process needs it before anything else',
  },
  model: {
    allowed: ['program', 'core'],
    why: 'model says what a bundle is; it knows neither frames nor who loads it',
  },
  protocol: { allowed: ['core'], why: 'both ends of the pipe import protocol; it imports neither' },
  actor: {
    allowed: LOWEST,
    why: 'an actor is a separate program: it shares model, protocol and core with the parent',
  },
  ...Object.fromEntries(ENGINE.map((name) => [name, { allowed: LOWEST, why: ENGINE_WHY }])),
  ...Object.fromEntries(
    FEATURES.map((name) => [name, { allowed: [...ENGINE, ...LOWEST], why: FEATURE_WHY }]),
  ),
  cluster: {
    allowed: ['replay', ...ENGINE, ...LOWEST],
    why: 'cluster runs replays of slices and joins them; a replay knows nothing of slices',
  },
  cli: {
    allowed: ['cluster', ...FEATURES, ...ENGINE, ...LOWEST],
    why: 'cli calls features and prints what they return; the actor never loads in this process',
  },
};

const directions = Object.entries(FOLDERS).map(([folder, { allowed, why }]) => ({
  name: `direction-${folder}`,
  comment: why,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

/** The folders of read, each with those below it; all of them may know the options and what is shared. */
const READ = {
  shared: { allowed: [], why: 'what several folders share knows none of them' },
  text: { allowed: [], why: 'fields of a line are cut without knowing what they say' },
  exports: { allowed: ['text'], why: 'an export is translated before anything reads its records' },
  bytes: { allowed: ['exports'], why: 'where bytes come from has nothing to do with what their records say' },
  lines: { allowed: ['bytes', 'text'], why: 'a line is a record or a reject, whatever minute it belongs to' },
  sample: {
    allowed: ['lines', 'bytes', 'exports', 'text'],
    why: 'the sample is read by the readers of lines, before there are minutes',
  },
  sort: {
    allowed: ['sample', 'lines', 'bytes'],
    why: 'what is sorted is read as if the input had been so',
  },
  minutes: {
    allowed: ['lines', 'bytes'],
    why: 'minutes are made of records, however their columns were found',
  },
  survey: {
    allowed: ['lines', 'bytes', 'exports'],
    why: 'a survey takes records in any order, so it makes minutes of its own',
  },
  snapshot: {
    allowed: ['lines', 'bytes', 'exports'],
    why: 'a snapshot holds plans and digests; recording.ts takes and uses it',
  },
};

const readDirections = Object.entries(READ).map(([folder, { allowed, why }]) => ({
  name: `direction-read-${folder}`,
  comment: `recording → {snapshot, survey, sort → sample, minutes} → lines → bytes → exports → text: ${why}`,
  severity: 'error',
  from: { path: `^src/read/${folder}/` },
  to: {
    path: '^src/read/',
    pathNot: `^src/read/((${[folder, ...allowed].join('|')}|shared)/|options[.]ts$)`,
  },
}));

/** A package (or built-in module) that only some folders may import, with the reason. */
function onlyIn(name, folders, module, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/(${folders.join('|')})/` },
    to: { path: `(^|node_modules/)${module}(/|$)` },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...directions,
    ...readDirections,
    {
      name: 'known-folders',
      comment: 'a folder missing from FOLDERS would be under no rule',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(FOLDERS).join('|')})/` },
      to: {},
    },
    {
      name: 'core-imports-nothing',
      comment: 'core imports no package and not even node: (time and randomness come in as arguments)',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'bin-is-one-import',
      comment: 'the program is in dist/, where types and rules reach it',
      severity: 'error',
      from: { path: '^bin/' },
      to: { pathNot: '^(dist/cli/main[.]js|(node:)?module)$' },
    },
    onlyIn(
      'tensorflow-in-backends',
      ['actor/backends'],
      '@tensorflow',
      'the parent never loads TensorFlow.js, which would slow its start; backends hide which one is in use',
    ),
    onlyIn('execa-in-host', ['host'], 'execa', 'it touches process.stdin, which a replay of files must not'),
    onlyIn('zip-in-native', ['native'], 'yauzl', 'only native install opens archives'),
    onlyIn('zip-in-cluster', ['cluster'], 'yazl', 'only jobs on a cluster take the program along'),
    onlyIn(
      'commander-in-cli',
      ['cli'],
      'commander',
      'options end at the cli: features take a checked config',
    ),
    onlyIn(
      'progress-in-cli',
      ['cli'],
      'cli-progress',
      'only the cli draws on a terminal; features call back',
    ),
    onlyIn(
      'csv-parse-in-read',
      ['read', 'model'],
      'csv-parse',
      'outside read there are records and rejects, no CSV; a bundle may have a file of scalers',
    ),
    onlyIn(
      'zod-at-the-boundaries',
      ['cli', 'model', 'host', 'output', ...FEATURES],
      'zod',
      'config, manifests and own files are parsed once, where they are read',
    ),
    {
      name: 'no-files-here',
      comment:
        'core and protocol are pure, measure only times executors, report makes strings that output stores, ' +
        'pool talks through pipes: none of them touches a file',
      severity: 'error',
      from: { path: '^src/(core|measure|report|pool|protocol)/' },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'page-stands-alone',
      comment:
        'the script of report.html runs in a browser: of ours it knows the shape of its data and the formats of numbers',
      severity: 'error',
      from: { path: '^src/report/page/' },
      to: { path: '^src/', pathNot: '^src/report/(page/|html/plot-data[.]ts$|format[.]ts$)' },
    },
    {
      name: 'page-is-no-library',
      comment: 'browser code is compiled with other types than the program',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/report/page/' },
      to: { path: '^src/report/page/' },
    },
    {
      name: 'tests-test-the-build',
      comment:
        'a test imports single compiled modules, as #build/…, or starts what ships: src is compiled once',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-cycles',
      comment: 'files in a cycle can only be understood together',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'a file without imports in either direction is dead',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'an import that resolves to nothing fails only at run time',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'published-imports-are-dependencies',
      comment: 'what src imports must be installed with the package, or be listed as bundled',
      severity: 'error',
      from: { path: '^(bin|src)/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: `(^|node_modules/)(${BUNDLED.join('|')})(/|$)`,
      },
    },
    {
      name: 'files-are-found-by-program',
      comment: 'a bundler moves modules: only program knows where it is, and so where the other files are',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(program/|actor/backends/node-package[.]ts$|cli/source-stack[.]ts$)',
      },
      to: { path: '^(node:)?module$' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^(build|dist)/'] },
    exclude: { path: '^dist-test/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
