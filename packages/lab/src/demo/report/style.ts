/** The report's style sheet. Versions have colours that differ for colour-blind readers too (after Okabe and Ito). */
export const STYLE = `
:root {
  --paper: #fbfaf7; --card: #fff; --ink: #1d2430; --soft: #5d6675; --rule: #e4e1d9;
  --v0: #8fa3bf; --v1: #2a9d8f; --v2: #e9a23b; --v3: #7b6cc4; --v4: #c46c9a;
  --good: #1d7f56; --bad: #c8323b; --label: #fff; --band: #e9a23b22;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161d; --card: #1a2029; --ink: #e8eaee; --soft: #9aa4b4; --rule: #2c3440;
    --v0: #5b7192; --v1: #2b9184; --v2: #c98a2c; --v3: #7567bd; --v4: #ac5d87;
    --good: #3fb489; --bad: #f0636a; --label: #fff; --band: #e9a23b26;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 40px 40px 64px; }
.eyebrow { margin: 0; color: var(--soft); font-size: 13px; letter-spacing: .04em; text-transform: uppercase; }
h1 { margin: 8px 0 12px; font-size: clamp(24px, 4.4vw, 36px); line-height: 1.18; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin: 44px 0 8px; font-size: 20px; line-height: 1.3; }
h3, h4, h5 { margin: 16px 0 8px; font-size: 16px; }
p { margin: 0 0 12px; max-width: 70ch; }
.lead { color: var(--soft); font-size: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 28px 0 0; }
.tile { padding: 16px 18px; background: var(--card); border: 1px solid var(--rule); border-top: 3px solid var(--soft); border-radius: 6px; }
.tile.good { border-top-color: var(--good); } .tile.bad { border-top-color: var(--bad); }
.tile b { display: block; font-size: 30px; line-height: 1.2; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile span { color: var(--soft); font-size: 14px; line-height: 1.4; display: block; margin-top: 4px; }
.problems { margin: 20px 0 0; padding: 14px 18px 14px 36px; border: 1px solid var(--bad); border-radius: 6px; color: var(--bad); }
.remarks { padding-left: 20px; color: var(--soft); font-size: 14px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 8px; padding: 0; list-style: none; color: var(--soft); font-size: 14px; }
.legend i { display: inline-block; width: 11px; height: 11px; margin-right: 7px; border-radius: 2px; }
.legend .v0 { background: var(--v0); } .legend .v1 { background: var(--v1); } .legend .v2 { background: var(--v2); }
.legend .v3 { background: var(--v3); } .legend .v4 { background: var(--v4); } .legend .error { background: var(--bad); }
.chart { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; overflow: visible; }
.narrow { display: none; }
.v0 { fill: var(--v0); } .v1 { fill: var(--v1); } .v2 { fill: var(--v2); } .v3 { fill: var(--v3); } .v4 { fill: var(--v4); }
.error { fill: var(--bad); } .band { fill: var(--band); }
.grid { stroke: var(--rule); } .axis { stroke: var(--soft); stroke-opacity: .6; }
.tick { fill: var(--soft); font-variant-numeric: tabular-nums; }
.area-label { fill: var(--label); font-size: 17px; font-weight: 650; }
.pole { stroke: var(--soft); stroke-width: 1.2; } .pole.good { stroke: var(--good); } .pole.bad { stroke: var(--bad); }
.flag { fill: var(--soft); } .flag.good { fill: var(--good); } .flag.bad { fill: var(--bad); }
.flag-text { fill: var(--paper); font-size: 11px; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: 13px; }
td { font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
details { margin: 10px 0; padding: 10px 16px; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; }
details details { background: none; }
details > summary { cursor: pointer; font-weight: 600; }
.step { padding-top: 8px; font-size: 15px; }
.step table { font-size: 13px; } .step p { margin-bottom: 8px; overflow-wrap: anywhere; }
pre { overflow-x: auto; font-size: 13px; }
footer { margin-top: 48px; padding-top: 16px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 14px; }
@media (max-width: 640px) {
  main { padding: 24px 16px 48px; }
  .wide { display: none; } .narrow { display: block; }
  .tiles { grid-template-columns: 1fr 1fr; } .tile { padding: 12px 14px; } .tile b { font-size: 24px; }
  h2 { margin-top: 36px; } table { font-size: 14px; } .lead { font-size: 16px; }
}
`
