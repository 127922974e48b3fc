/**
 * What may import what (docs/decisions.md and CONTRIBUTING.md tell the idea), checked on every test run.
 * Type-only imports count: a type that is needed across a border belongs below it.
 *
 *   bin → cli → run → {read, dispatch, write, report, host} → {model, protocol} → core
 *                                                     actor → {model, protocol} → core
 *   cli, run, read, dispatch, host → clock (timers of any length)
 *                                     page (what a report runs in a browser) → types of report
 */

/** Each room under src/, and the rooms it may import from. */
const MAY_IMPORT = {
  core: [],
  clock: [],
  model: ['core'],
  protocol: ['core'],
  actor: ['model', 'protocol', 'core'],
  read: ['clock', 'model', 'protocol', 'core'],
  dispatch: ['clock', 'model', 'protocol', 'core'],
  write: ['model', 'protocol', 'core'],
  report: ['model', 'protocol', 'core'],
  page: ['report'],
  host: ['clock', 'model', 'protocol', 'core'],
  run: ['read', 'dispatch', 'write', 'report', 'host', 'clock', 'model', 'protocol', 'core'],
  cli: ['run', 'read', 'dispatch', 'write', 'report', 'host', 'clock', 'model', 'protocol', 'core'],
};

const WHY = {
  core: 'core is the words and the pure functions that every room shares: it imports nothing of ours',
  clock: 'clock is the timers of the process and nothing else',
  model: 'model says what a bundle is; it knows neither how frames look nor who loads it',
  protocol: 'protocol is what goes over the pipe; both of its ends import it, it imports neither',
  actor: 'an actor is a program of its own: what it shares with the parent is model, protocol and core',
  read: 'stage folders never import one another, so that each can be read and replaced alone; run joins them',
  dispatch: 'a stage imports no other stage, and dispatch knows the actor only as a file to start',
  write:
    'stage folders never import one another, so that each can be read and replaced alone; run joins them',
  report:
    'stage folders never import one another, so that each can be read and replaced alone; run joins them',
  page: 'the script inside report.html: of ours it knows how its data looks, and nothing else',
  host: 'stage folders never import one another, so that each can be read and replaced alone; run joins them',
  run: 'run joins the stages; how it was asked to is cli’s, and the actor is dispatch’s',
  cli: 'cli asks run and shows what comes back; an actor is never loaded into this process',
};

const directions = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `direction-${room}`,
  comment: WHY[room],
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

/** A package (or built-in module) that only some rooms may import, with the reason. */
function onlyIn(name, rooms, module, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/(${rooms.join('|')})/` },
    to: { path: `(^|node_modules/)${module}(/|$)` },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...directions,
    {
      name: 'known-rooms',
      comment: 'a folder that MAY_IMPORT does not list would be under no rule',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
    {
      name: 'core-imports-nothing',
      comment: 'core is pure: no package and not even node: (time and randomness come in as arguments)',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'bin-is-one-import',
      comment: 'what the published program does is in dist/, where types and rules reach it',
      severity: 'error',
      from: { path: '^bin/' },
      to: { pathNot: '^dist/cli/main[.]js$' },
    },
    onlyIn(
      'tensorflow-in-backends',
      ['actor/backends'],
      '@tensorflow',
      'the parent never loads TensorFlow.js: it would cost its start and its responsiveness; backends hide which one it is',
    ),
    onlyIn(
      'execa-where-processes-start',
      ['dispatch', 'host'],
      'execa',
      'processes start in two places only',
    ),
    onlyIn('zip-in-host', ['host'], 'yauzl', 'archives are opened by native install only'),
    onlyIn('commander-in-cli', ['cli'], 'commander', 'options end at the cli: run takes a checked config'),
    onlyIn(
      'progress-in-cli',
      ['cli'],
      'cli-progress',
      'who draws on a terminal is the cli; run only calls back',
    ),
    onlyIn(
      'csv-parse-in-read',
      ['read'],
      'csv-parse',
      'a CSV line is a record or a reject once it has left read',
    ),
    onlyIn(
      'zod-at-the-boundaries',
      ['cli', 'model'],
      'zod',
      'config and manifests are parsed once, at the border',
    ),
    {
      name: 'no-files-here',
      comment:
        'core and protocol are pure, report makes strings that write stores, dispatch talks through pipes: ' +
        'none of them touches a file',
      severity: 'error',
      from: { path: '^src/(core|report|dispatch|protocol)/' },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'tests-test-the-build',
      comment: 'a test imports what is published, as #dist/…: compiled once, as users get it',
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
      comment: 'a file without imports in either direction is dead, or belongs in the list of entries here',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        // Made for scripts/ and test/, which import the build.
        pathNot: '^src/core/(synthetic|recording-text)[.]ts$',
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'an import that nothing answers fails at run time only',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'published-imports-are-dependencies',
      comment: 'what src imports must be installed with the package',
      severity: 'error',
      from: { path: '^(bin|src)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
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
