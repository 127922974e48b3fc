import type { BackendFacts, InputSpec, ModelFacts } from '../../core/types.js';
import { plural } from '../format.js';

import { backendDetails, modelText } from '../model-text.js';

import type { HostFacts } from '../../core/machine-facts.js';

import { markup, type Content, type Markup } from './markup.js';

export function modelFacts(model: ModelFacts & InputSpec): [string, Content][] {
  const columns =
    model.columns === 'each' ? 'each column an item' : `columns ${model.columns.join(', ')} an item`;
  return [
    ['model', `${modelText(model)}; window ${model.window}, ${columns}`],
    ...model.bundles.map((bundle): [string, Content] => ['with', modelText(bundle)]),
  ];
}

/** A backend with all that is known of it. */
export function backendText(backend: BackendFacts): string {
  return `${backend.name}, ${backendDetails(backend)}`;
}

export function hostText({ processor, processors, platform, node }: HostFacts): string {
  return `${processor}, ${plural(processors, 'usable processor')}, ${platform}, Node ${node}`;
}

/** Folded up: for those who want to run the same again. */
export function settingsMarkup(settings: unknown): Markup {
  return markup`<details><summary>Settings</summary><pre>${JSON.stringify(settings, null, 2)}</pre></details>\n`;
}
