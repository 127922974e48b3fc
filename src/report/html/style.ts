/** Two sets of colours, each with a contrast to its paper of at least 4.5 for letters and 3 for marks. */
const LIGHT = `
  color-scheme: light;
  --paper: #ffffff; --panel: #f5f7fa; --edge: #d5dbe3; --ink: #1a2230; --faint: #566173;
  --good: #14713f; --bad: #b3261e; --warn: #8a5300; --link: #1b55b0; --shade: #d9480f26; --late: #b3261e;
  --c1: #6b7686; --c2: #1f5fbf; --c3: #0b7285; --c4: #1a7f4b; --c5: #7a3fb0; --c6: #a85400; --c7: #b02a5b;`;
const DARK = `
  color-scheme: dark;
  --paper: #11161d; --panel: #1a212b; --edge: #333e4c; --ink: #e8edf3; --faint: #a2aebd;
  --good: #63d199; --bad: #ff8f86; --warn: #f2b866; --link: #8bb8ff; --shade: #ff922b38; --late: #ff8f86;
  --c1: #a3adba; --c2: #7ab3ff; --c3: #5cc8d7; --c4: #63d199; --c5: #c79bff; --c6: #ffb066; --c7: #ff8fb4;`;

/** Colours of the parts and lines, by class. */
const KINDS = [1, 2, 3, 4, 5, 6, 7]
  .map(
    (n) =>
      `.segment.c${n} rect { fill: var(--c${n}); } .line.c${n} { stroke: var(--c${n}); fill: var(--c${n}); }`,
  )
  .join('\n');

/** The style of every page. Paper is always light; `printing` makes it so before the print is laid out. */
export const PAGE_STYLE = `
:root {${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root:not(.printing) {${DARK} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 24px 20px 48px; max-width: 1000px;
  background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 1.2rem; }
h3 { margin: 20px 0 8px; font-size: 1rem; }
p { margin: 0 0 10px; max-width: 75ch; }
a { color: var(--link); }
.subtitle, figcaption, .note, .interval, caption { color: var(--faint); }
.subtitle { margin: 4px 0 12px; overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0; padding: 0; list-style: none; font-size: .875rem; }
section { margin-top: 32px; padding-top: 20px; border-top: 1px solid var(--edge); }
.verdict { font-size: 1.35rem; font-weight: 650; line-height: 1.3; }
.verdict.good { color: var(--good); } .verdict.bad { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 16px 0 0; }
.tile { padding: 12px 14px; background: var(--panel); border: 1px solid var(--edge); border-radius: 8px; }
.tile dt { font-size: .8125rem; color: var(--faint); }
.tile dd { margin: 0; }
.tile .large { font-size: 1.5rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile .note { font-size: .8125rem; }
.facts { margin: 0; }
.facts > div { display: grid; grid-template-columns: 10rem 1fr; gap: 0 12px; padding: 4px 0; border-bottom: 1px solid var(--edge); }
.facts dt { color: var(--faint); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.notices { margin: 0; padding: 0; list-style: none; }
.notices li { margin: 0 0 8px; padding: 8px 12px; background: var(--panel); border-left: 4px solid var(--edge); overflow-wrap: anywhere; }
.notices .warning { border-color: var(--warn); } .notices .failed { border-color: var(--bad); } .notices .failed strong { color: var(--bad); }
.notices .passed { border-color: var(--good); } .notices .passed strong { color: var(--good); }
.notices .warning strong { color: var(--warn); }
.scroll { overflow-x: auto; margin: 12px 0 16px; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { padding: 0 0 6px; text-align: left; font-size: .8125rem; }
.scroll th, .scroll td { padding: 5px 10px; text-align: right; vertical-align: baseline; border-bottom: 1px solid var(--edge); white-space: nowrap; }
.scroll th:first-child { text-align: left; padding-left: 0; } .scroll tbody th { font-weight: 500; min-width: 8rem; max-width: 18rem; white-space: normal; overflow-wrap: anywhere; }
.scroll thead th { font-weight: 600; color: var(--faint); }
.scroll .words { text-align: left; }
figure { margin: 12px 0 20px; }
figcaption { margin-top: 6px; font-size: .875rem; max-width: 80ch; }
svg { display: block; overflow: visible; }
svg text { fill: var(--faint); font-size: 12px; font-family: inherit; }
.chart { max-width: 760px; }
.chart .axis { fill: var(--ink); }
.grid { stroke: var(--edge); stroke-width: 1; }
.line line { stroke-width: 2; } .line .whisker { stroke-width: 1.5; } .line .mark { stroke: var(--paper); stroke-width: 1; }
.ideal, .line.ideal { stroke: var(--faint); stroke-dasharray: 5 4; stroke-width: 2; }
.range .dots { fill-opacity: .35; stroke: none; }
.segment rect { stroke: var(--paper); stroke-width: 1; }
.segment text { fill: var(--paper); font-weight: 600; }
.lane { background: var(--panel); }
.named-bar { margin: 8px 0; break-inside: avoid; } .named-bar p { margin: 0 0 2px; font-size: .875rem; }
.time-axis { display: flex; justify-content: space-between; max-width: none; font-size: .8125rem; color: var(--faint); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; padding: 0; list-style: none; font-size: .875rem; }
.legend li { display: flex; align-items: center; gap: 6px; }
.canvas { width: 100%; min-height: 60px; }
.canvas .u-legend { font-size: .8125rem; text-align: left; margin: 4px 0 0; }
.canvas .u-legend .u-marker { border-radius: 2px; }
.canvas .u-cursor-x { border-color: var(--faint); }
.choice { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 12px 0; }
select { max-width: 100%; padding: 6px 8px; font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--faint); border-radius: 6px; }
details { margin-top: 16px; } summary { cursor: pointer; }
pre { overflow-x: auto; padding: 12px; background: var(--panel); font-size: .8125rem; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 40px; padding-top: 12px; border-top: 1px solid var(--edge); font-size: .8125rem; color: var(--faint); }
a:focus-visible, select:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
${KINDS}
@media (max-width: 560px) {
  body { padding: 16px 14px 32px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; } .tile { padding: 10px; } .tile .large { font-size: 1.2rem; }
  .facts > div { grid-template-columns: 1fr; }
  .scroll th, .scroll td { padding: 5px 7px; }
}
@media print {
  @page { margin: 14mm; }
  body { max-width: none; padding: 0; font-size: 10pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  nav, .choice { display: none; }
  section { margin-top: 18px; padding-top: 12px; }
  h2, h3 { break-after: avoid; }
  figure, .tile, tr, .lanes { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; } .scroll th, .scroll td { padding: 3px 5px; } .scroll th, .scroll .words { white-space: normal; }
  .u-legend .u-value { visibility: hidden; }
}
`;
