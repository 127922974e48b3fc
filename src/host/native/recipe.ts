/**
 * What `native install` combines, in fixed versions: tfjs-node's JavaScript and the source of its addon from npm
 * (native/package-lock.json), TensorFlow's libraries and C headers from its Python wheel.
 */

/** The version in `native/package.json`. */
export const TFJS_NODE_VERSION = '4.22.0';

/**
 * The newest TensorFlow that tfjs-node supports. Wheels of all Python versions hold the same libraries; no Python runs.
 */
export const WHEEL = {
  tensorflow: '2.15.1',
  package: 'tensorflow-cpu',
  python: '311',
  platform: 'manylinux2014_x86_64',
  file: 'tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  sizeBytes: 207_208_420,
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
} as const;

/** The version of Node's C interface that every supported Node looks for; it names the addon's folder. */
export const NAPI_VERSION = 8;

/** Names an install. Node's version does not matter: the addon uses only Node's stable C interface. */
export const INSTALL_KEY = `tfjs-node-${TFJS_NODE_VERSION}+tensorflow-${WHEEL.tensorflow}-linux-x64`;

/** Where tfjs-node lies in an install. */
export const PACKAGE_FOLDER = 'node_modules/@tensorflow/tfjs-node';
export const ADDON = `lib/napi-v${NAPI_VERSION}/tfjs_binding.node`;

/** The wheel's libraries, each with a second name, which the linker expects. */
export const LIBRARIES = [
  { entry: 'tensorflow/libtensorflow_cc.so.2', file: 'libtensorflow_cc.so.2', link: 'libtensorflow.so' },
  {
    entry: 'tensorflow/libtensorflow_framework.so.2',
    file: 'libtensorflow_framework.so.2',
    link: 'libtensorflow_framework.so',
  },
] as const;

/** Files that TensorFlow cannot start without, as paths in an install. */
export const VITAL_FILES = [
  `${PACKAGE_FOLDER}/${ADDON}`,
  ...LIBRARIES.map(({ file }) => `${PACKAGE_FOLDER}/deps/lib/${file}`),
] as const;

/** The headers' folder in the wheel, and the headers that the addon's source includes (`g++ -M` lists them). */
export const HEADER_ROOT = 'tensorflow/include/';
export const HEADERS = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/c/tsl_status.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
] as const;

/** Measured sizes, rounded up. */
export const NPM_DOWNLOAD_BYTES = 77e6;
export const INSTALLED_BYTES = 705e6;
/** During the install, with source maps and the wheel. */
export const NEEDED_BYTES = 1_150e6;

/** A program that an install needs. */
export interface ToolNeed {
  readonly name: 'npm' | 'compiler' | 'pip';
  /** For the list of missing tools. */
  readonly title: string;
  readonly why: string;
  /** Its possible names, most preferred first. */
  readonly programs: readonly string[];
  /** Arguments that come before all others. */
  readonly prefix: readonly string[];
  /** Ways to get it, one per line. */
  readonly howToGet: readonly string[];
}

export const TOOLS: readonly ToolNeed[] = [
  {
    name: 'npm',
    title: 'npm',
    why: 'fetches tfjs-node',
    programs: ['npm'],
    prefix: [],
    howToGet: ['it comes with Node; Debian, Ubuntu: apt-get install npm; Fedora: dnf install npm'],
  },
  {
    name: 'compiler',
    title: 'a C++ compiler',
    why: 'compiles the addon of tfjs-node; g++, c++, clang++ or the one that CXX names',
    programs: ['g++', 'c++', 'clang++'],
    prefix: [],
    howToGet: ['Debian, Ubuntu: apt-get install g++; Fedora, RHEL: dnf install gcc-c++'],
  },
  {
    name: 'pip',
    title: 'python3 with pip',
    why: `downloads TensorFlow ${WHEEL.tensorflow}; any Python 3 will do, and nothing is installed in it`,
    programs: ['python3', 'python'],
    prefix: ['-m', 'pip'],
    howToGet: [
      'Debian, Ubuntu: apt-get install python3-pip; Fedora, RHEL: dnf install python3-pip',
      `or without Python: download ${WHEEL.file} elsewhere and pass it with --wheel`,
    ],
  },
];
