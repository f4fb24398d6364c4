/** The page's only style sheet. The content security policy names its digest, so it is the only one that applies. */

export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b2330;--dim:#566173;--line:#d5dbe5;--card:#f5f7fa;--accent:#1d5fbf;--bad:#b3261e;--good:#1c6b3c;--warn:#8a5300;
--c1:#1d5fbf;--c2:#d9822b;--c3:#6b4fbb;--c4:#2a8c82;--c5:#b3446c;--c6:#7a8799;--bar:#9db4d6}
@media (prefers-color-scheme:dark){:root{--bg:#12161d;--fg:#e6eaf1;--dim:#a5b0c0;--line:#333c4a;--card:#1a202a;--accent:#8ab4f8;--bad:#ff8a80;--good:#7fd8a0;--warn:#f2bd6b;
--c1:#6ea3f5;--c2:#f0a75a;--c3:#a893ec;--c4:#5cc4b8;--c5:#e887ab;--c6:#98a4b5;--bar:#49617f}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:60rem;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI","Hiragino Sans","Noto Sans CJK JP","Noto Sans JP",sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.25rem;margin:2.75rem 0 .5rem;padding-top:.75rem;border-top:2px solid var(--line)}
h3{font-size:1rem;margin:1.5rem 0 .4rem}
p{margin:.4rem 0}a{color:var(--accent)}
.dim,.sub{color:var(--dim)}.sub{margin:0 0 1rem}
.small,td .small{font-size:.85rem}
.lead{font-size:1.125rem;background:var(--card);border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:6px;padding:.75rem 1.1rem;margin:1.25rem 0}
.lead p{margin:.35rem 0}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem}
.tiles b{display:block;font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles span{font-size:.85rem;color:var(--dim)}
ol.actions{list-style:none;margin:0;padding:0}
ol.actions>li{border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:6px;padding:.75rem 1rem;margin:.75rem 0;break-inside:avoid}
ol.actions>li.over{border-left-color:var(--good)}
.actions h3{margin:0;font-size:1.05rem}
.actions dl{display:grid;grid-template-columns:7.5rem 1fr;gap:.15rem .75rem;margin:.5rem 0 0}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.state{font-size:.8rem;font-weight:600;color:var(--bad);border:1px solid currentColor;border-radius:99px;padding:.05rem .55rem;margin-left:.4rem;white-space:nowrap}
.over .state{color:var(--good)}
.do{font-weight:600}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin:.5rem 0}
caption{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden;white-space:nowrap}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--dim);font-weight:600;border-bottom:2px solid var(--line);white-space:nowrap;overflow-wrap:normal}
tbody th{font-weight:600}tbody th .small{font-weight:400}
.n{padding-right:1.1rem;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
.w{min-width:11rem}
.nowrap{white-space:nowrap;overflow-wrap:normal}
tr{break-inside:avoid}
.scroll{overflow-x:auto}
figure{margin:1rem 0;break-inside:avoid}figcaption{color:var(--dim);font-size:.9rem;margin:1rem 0 .25rem}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--fg);font-size:12px;font-family:inherit}svg .axis{fill:var(--dim)}
svg .rule{stroke:var(--line);stroke-width:1}svg .median{stroke:var(--fg);stroke-width:1.5;stroke-dasharray:4 3}
.f1{fill:var(--c1);background:var(--c1)}.f2{fill:var(--c2);background:var(--c2)}.f3{fill:var(--c3);background:var(--c3)}.f4{fill:var(--c4);background:var(--c4)}.f5{fill:var(--c5);background:var(--c5)}.f6{fill:var(--c6);background:var(--c6)}
.past{fill:var(--bar)}.now{fill:var(--c1)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;padding:0;margin:.5rem 0;font-size:.9rem}
.legend i{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin-right:.4rem;vertical-align:-.05rem}
.multiples{display:grid;grid-template-columns:repeat(3,1fr);gap:1rem 1.25rem;list-style:none;padding:0;margin:1rem 0}
.multiples li{break-inside:avoid;min-width:0}
.multiples .who{font-weight:600;font-size:.9rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;display:block}
.up{color:var(--bad)}.down{color:var(--good)}
main dl>dt:not(:first-child){margin-top:.4rem}.actions dl>dt:not(:first-child){margin-top:0}details{margin:.5rem 0}summary{cursor:pointer;color:var(--accent);font-size:.9rem}
.gaps{border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:6px;padding:.5rem 1rem .5rem 2rem}
nav{font-size:.9rem}nav ul{list-style:none;padding:0;margin:.5rem 0;display:flex;flex-wrap:wrap;gap:.15rem 1rem}
code{font-size:.9em;overflow-wrap:anywhere}
@media (max-width:40rem){body{padding:1.25rem 1rem 3rem}h1{font-size:1.4rem}.tiles{grid-template-columns:repeat(2,1fr)}.multiples{grid-template-columns:repeat(2,1fr)}.actions dl{grid-template-columns:1fr}.actions dt{margin-top:.35rem;font-size:.85rem}
table.stack thead{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
table.stack tr{display:block;border-bottom:2px solid var(--line);padding:.4rem 0}
table.stack th,table.stack td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0;text-align:right;white-space:normal;overflow-wrap:anywhere;min-width:0}
table.stack tbody th{text-align:left}
table.stack .w{min-width:0}table.stack td::before{content:attr(data-label);color:var(--dim);text-align:left;flex:none}
svg text{font-size:20px}.multiples svg text{font-size:12px}}
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--card:#f4f4f4;--accent:#123f80;--bad:#8c1d17;--good:#14532d;--c1:#1d5fbf;--c2:#d9822b;--c3:#6b4fbb;--c4:#2a8c82;--c5:#b3446c;--c6:#7a8799;--bar:#9db4d6}
body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}h2{break-after:avoid}h3{break-after:avoid}.scroll{overflow:visible}details::details-content{content-visibility:visible;block-size:auto}summary{list-style:none;color:var(--dim)}
thead{display:table-header-group}@page{margin:16mm 14mm}}
`;
